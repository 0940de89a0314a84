"""A wheel that holds libgim.so.0 is for this platform, but for any Python; without it for all of them.
SPDX-License-Identifier: BSD-3-Clause"""
import pathlib

from setuptools import Distribution, setup

try:
    from setuptools.command.bdist_wheel import bdist_wheel
except ImportError:  # before setuptools 70.1
    from wheel.bdist_wheel import bdist_wheel

WITH_LIBRARY = pathlib.Path(__file__).with_name("gim").joinpath("libgim.so.0").exists()


class Package(Distribution):
    def has_ext_modules(self):
        return WITH_LIBRARY


class Wheel(bdist_wheel):
    def get_tag(self):
        return "py3", "none", super().get_tag()[2]


setup(distclass=Package, cmdclass={"bdist_wheel": Wheel})
