# Draws what was observed and what was predicted for the three lights. SPDX-License-Identifier: BSD-3-Clause
# gnuplot -c densities.gp DOSE      in the folder of results; DOSE: the held-out one, mid or strong

dose = ARG1
cells = "cells.tsv.gz"
predicted = dose."/gim.tsv"
line = dose."/line.tsv"
lights = "red green blue"
variables = "LIGHT current ir_1 vis_1 ir_2 vis_2 ir_3 vis_3" # those that moved

set terminal svg size 1080,470 font "Helvetica,Arial,sans-serif,14" background "#ffffff" noenhanced
set output dose."/densities.svg"
set datafile separator tab
set key autotitle columnhead
unset key
unset ytics

# The rows of one environment, below the header, of a table that may be compressed.
rows(file, env) = sprintf("< gzip -dcf %s | awk 'NR == 1 || $1 == \"%s\"'", file, env)
# On the scale of the reference; stats sets R_mean, R_stddev and R_records for the variable of a panel.
z(name) = (column(name) - R_mean) / R_stddev

# Colours that stay apart for the colour-blind, each with a form of its own.
before = "#c9ccd1"
observed = "#6db3e3"
gim = "#b03a00"
straight = "#30343a"
ink = "#24292f"
pale = "#6a737d"

# The canvas: one row a light, one column a variable.
n_columns = words(variables)
left = 0.105; right = 0.992; top = 0.84; bottom = 0.13
wide = (right - left) / n_columns
high = (top - bottom) / 3
last = dose eq "mid" ? 7.4 : 10.4

set border 1 linecolor rgb pale linewidth 0.8
set samples 64
width = 0.22

# Words: what is shown, the names, and the unit.
at(x) = left + x * (right - left)
y = 0.945
set object 1 rectangle from screen at(0.005), screen y - 0.018 to screen at(0.04), screen y + 0.018 \
    fillcolor rgb before fillstyle solid 1 noborder
set label 1 "before" at screen at(0.047), screen y textcolor rgb ink
set object 2 rectangle from screen at(0.15), screen y - 0.018 to screen at(0.185), screen y + 0.018 \
    fillcolor rgb observed fillstyle solid 1 noborder
set label 2 sprintf("observed at the %s dose, held out", dose) at screen at(0.192), screen y textcolor rgb ink
set arrow 1 from screen at(0.53), screen y to screen at(0.565), screen y nohead linewidth 2.4 linecolor rgb gim
set label 3 "predicted by gim" at screen at(0.572), screen y textcolor rgb ink
set arrow 2 from screen at(0.77), screen y to screen at(0.805), screen y nohead linewidth 1.2 dashtype (5, 4) \
    linecolor rgb straight
set label 4 "straight line" at screen at(0.812), screen y textcolor rgb ink
set label 5 "standard deviations of the reference, from its mean" center at screen at(0.5), screen 0.03 \
    textcolor rgb pale font ",12"
do for [j = 1:n_columns] {
    name = j == 1 ? "the light" : word(variables, j)
    set label 10 + j name center at screen left + (j - 0.5) * wide, screen top + 0.035 textcolor rgb ink
}
do for [i = 1:3] {
    set label 20 + i word(lights, i)."_".dose right at screen left - 0.01, screen bottom + (3.3 - i) * high textcolor rgb ink
}

set multiplot
do for [i = 1:3] {
    light = word(lights, i)
    env = light."_".dose
    low = bottom + (3 - i) * high
    set bmargin at screen low
    set tmargin at screen low + high
    unset xtics
    if (i == 3) { set xtics -9, 3 nomirror out scale 0.4 textcolor rgb pale font ",11" offset 0, 0.5 }
    do for [j = 1:n_columns] {
        name = j == 1 ? light : word(variables, j)
        set lmargin at screen left + (j - 1) * wide + 0.005
        set rmargin at screen left + j * wide - 0.005
        set autoscale
        stats rows(cells, "reference") using (column(name)) name "R" nooutput
        stats rows(cells, env) using (column(name)) name "O" nooutput
        stats rows(predicted, env) using (column(name)) name "P" nooutput
        set xrange [-3.1 : last]
        set yrange [0 : 0.6]
        plot rows(cells, "reference") using (z(name)):(1. / R_records) smooth kdensity bandwidth width \
                 with filledcurves y1=0 fillcolor rgb before fillstyle transparent solid 0.75 noborder, \
             rows(cells, env) using (z(name)):(1. / O_records) smooth kdensity bandwidth width \
                 with filledcurves y1=0 fillcolor rgb observed fillstyle transparent solid 0.75 noborder, \
             rows(line, env) using (z(name)):(1. / R_records) smooth kdensity bandwidth width \
                 with lines linewidth 1.2 dashtype (5, 4) linecolor rgb straight, \
             rows(predicted, env) using (z(name)):(1. / P_records) smooth kdensity bandwidth width \
                 with lines linewidth 2.4 linecolor rgb gim
        unset label
        unset object
        unset arrow
    }
}
unset multiplot
