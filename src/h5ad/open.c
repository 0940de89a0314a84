/* Objects of an HDF5 file that nobody vouches for. SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>

#include "h5ad.h"
#include "memory.h"

enum { CHUNK_CACHE = 64 << 20, TEXTS = 4096, MOST_FIXED = 1 << 16 };

/* Filters by number, for those that files of this field use and libhdf5 does not bring. */
static const struct {
    int number;
    const char *name;
} filters[] = {{307, "bzip2"},        {32000, "lzf"}, {32001, "blosc"}, {32004, "lz4"},
               {32008, "bitshuffle"}, {32013, "zfp"}, {32015, "zstd"},  {32026, "blosc2"}};

hid_t open_file(const char *path)
{
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    H5PLset_loading_state(0); /* no code from elsewhere */
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        fail("cannot be read: no such file, or no permission");
    fclose(file);
    if (H5Fis_hdf5(path) <= 0)
        fail("is not an HDF5 file, so not .h5ad");
    hid_t opened = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (opened < 0)
        fail("is a damaged HDF5 file");
    return opened;
}

/* ---- groups ------------------------------------------------------------------------------------------------------ */

bool has_member(hid_t group, const char *name)
{
    return H5Lexists(group, name, H5P_DEFAULT) > 0;
}

static void check_filters(hid_t properties, const char *place)
{
    for (int i = 0; i < H5Pget_nfilters(properties); i++) {
        unsigned flags, configuration;
        size_t n = 0;
        char name[64] = "";
        H5Z_filter_t filter =
            H5Pget_filter2(properties, (unsigned)i, &flags, &n, NULL, sizeof name - 1, name, &configuration);
        if (filter >= 0 && H5Zfilter_avail(filter) > 0)
            continue;
        const char *known = NULL;
        for (size_t k = 0; k < sizeof filters / sizeof *filters; k++)
            if (filters[k].number == filter)
                known = filters[k].name;
        for (char *c = name; *c != '\0'; c++)
            if (*c < ' ' || *c > '~')
                *c = '?';
        fail("%s: is compressed by the filter %s (number %d), which cannot be read here; write the file again with "
             "compression=\"gzip\", or without",
             place,
             known != NULL     ? known
             : name[0] != '\0' ? name
                               : "without a name",
             (int)filter);
    }
}

/* No dataset may take its bytes from another file. */
static void check_dataset(hid_t dataset, const char *place)
{
    hid_t properties = H5Dget_create_plist(dataset);
    if (properties < 0)
        fail("%s: is damaged", place);
    if (H5Pget_layout(properties) == H5D_VIRTUAL || H5Pget_external_count(properties) != 0)
        fail("%s: has its values in another file, which is not followed", place);
    check_filters(properties, place);
    H5Pclose(properties);
}

hid_t open_member(hid_t group, const char *place, const char *name)
{
    H5L_info_t link;
    char *shown = place[0] != '\0' ? memory_format("%s/%s", place, name) : memory_text(name);
    if (!has_member(group, name))
        fail("has no \"%s\"", shown);
    if (H5Lget_info(group, name, &link, H5P_DEFAULT) < 0 || link.type != H5L_TYPE_HARD)
        fail("%s: is a link to elsewhere, which is not followed", shown);
    hid_t object = H5Oopen(group, name, H5P_DEFAULT);
    if (object < 0)
        fail("%s: is damaged", shown);
    if (H5Iget_type(object) == H5I_DATASET) {
        check_dataset(object, shown);
        H5Oclose(object); /* opened anew, with room for its compressed pieces */
        hid_t access = H5Pcreate(H5P_DATASET_ACCESS);
        H5Pset_chunk_cache(access, 12421, CHUNK_CACHE, 1);
        object = H5Dopen2(group, name, access);
        H5Pclose(access);
        if (object < 0)
            fail("%s: is damaged", shown);
    } else if (H5Iget_type(object) != H5I_GROUP) {
        fail("%s: is neither a group nor a dataset", shown);
    }
    free(shown);
    return object;
}

hid_t open_path(hid_t file, const char *path)
{
    char *rest = memory_text(path), *next = rest, *place = memory_text("");
    hid_t at = H5Gopen2(file, "/", H5P_DEFAULT);
    for (char *name; (name = strsep(&next, "/")) != NULL;) {
        if (!is_group(at))
            fail("%s: is no group", place);
        hid_t member = open_member(at, place, name);
        char *longer = place[0] != '\0' ? memory_format("%s/%s", place, name) : memory_text(name);
        free(place);
        place = longer;
        H5Oclose(at);
        at = member;
    }
    free(rest);
    free(place);
    return at;
}

bool is_group(hid_t object)
{
    return H5Iget_type(object) == H5I_GROUP;
}

static herr_t add_member(hid_t group, const char *name, const H5L_info_t *info, void *user)
{
    (void)group;
    (void)info;
    names_add(user, name);
    return 0;
}

void list_members(struct names *names, hid_t group)
{
    if (H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, NULL, add_member, names) < 0)
        fail("a group is damaged");
}

/* ---- texts ------------------------------------------------------------------------------------------------------- */

/* Texts as HDF5 keeps them, n of them; either kind goes through take(). space_* are of what is read. */
static void take_texts(hid_t type, const void *buffer, size_t n, size_t first,
                       void (*take)(void *user, size_t i, const char *text), void *user)
{
    size_t size = H5Tget_size(type);
    char *copy = H5Tis_variable_str(type) > 0 ? NULL : memory_new(size + 1, 1);
    for (size_t i = 0; i < n; i++) {
        const char *text = NULL;
        if (copy == NULL)
            text = ((char *const *)buffer)[i];
        else
            text = memcpy(copy, (const char *)buffer + i * size, size);
        take(user, first + i, text != NULL ? text : "");
    }
    free(copy);
}

static bool is_text(hid_t type)
{
    return H5Tget_class(type) == H5T_STRING && (H5Tis_variable_str(type) > 0 || H5Tget_size(type) <= MOST_FIXED);
}

void read_texts(hid_t dataset, const char *place, void (*take)(void *user, size_t i, const char *text), void *user)
{
    size_t n = length_of(dataset, place);
    hid_t type = H5Dget_type(dataset);
    if (!is_text(type))
        fail("%s: is not text", place);
    size_t size = H5Tis_variable_str(type) > 0 ? sizeof(char *) : H5Tget_size(type);
    char *buffer = memory_new(TEXTS, size);
    for (size_t first = 0; first < n; first += TEXTS) {
        hsize_t now = n - first < TEXTS ? n - first : TEXTS;
        hid_t space = H5Screate_simple(1, &now, NULL);
        read_part(dataset, place, type, first, now, buffer);
        take_texts(type, buffer, now, first, take, user);
        if (H5Tis_variable_str(type) > 0)
            H5Dvlen_reclaim(type, space, H5P_DEFAULT, buffer);
        H5Sclose(space);
    }
    free(buffer);
    H5Tclose(type);
}

static void keep_text(void *user, size_t i, const char *text)
{
    char **kept = user;
    if (i == 0)
        *kept = memory_text(text);
}

static void keep_name(void *user, size_t i, const char *text)
{
    (void)i;
    names_add(user, text);
}

static void read_attribute(hid_t object, const char *name, void (*take)(void *user, size_t i, const char *text),
                           void *user)
{
    if (H5Aexists(object, name) <= 0)
        return;
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT), type = H5Aget_type(attribute);
    hid_t space = H5Aget_space(attribute);
    hssize_t n = H5Sget_simple_extent_npoints(space);
    if (attribute < 0 || n < 0 || n > TEXTS * 64)
        fail("the attribute \"%s\" is damaged", name);
    if (n > 0 && is_text(type)) {
        char *buffer = memory_new((size_t)n, H5Tis_variable_str(type) > 0 ? sizeof(char *) : H5Tget_size(type));
        if (H5Aread(attribute, type, buffer) < 0)
            fail("the attribute \"%s\" is damaged", name);
        take_texts(type, buffer, (size_t)n, 0, take, user);
        if (H5Tis_variable_str(type) > 0)
            H5Dvlen_reclaim(type, space, H5P_DEFAULT, buffer);
        free(buffer);
    }
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(attribute);
}

char *text_attribute(hid_t object, const char *name)
{
    char *text = NULL;
    read_attribute(object, name, keep_text, &text);
    return text;
}

void list_attribute(struct names *names, hid_t object, const char *name)
{
    read_attribute(object, name, keep_name, names);
}

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

static void extent(hid_t dataset, const char *place, int dimensions, hsize_t *sizes)
{
    hid_t space = H5Iget_type(dataset) == H5I_DATASET ? H5Dget_space(dataset) : -1;
    if (space < 0 || H5Sget_simple_extent_ndims(space) != dimensions)
        fail("%s: is not an array of %d dimension%s", place, dimensions, dimensions > 1 ? "s" : "");
    H5Sget_simple_extent_dims(space, sizes, NULL);
    H5Sclose(space);
}

size_t length_of(hid_t dataset, const char *place)
{
    hsize_t n;
    extent(dataset, place, 1, &n);
    return n;
}

void sizes_of(hid_t dataset, const char *place, uint64_t sizes[2])
{
    hsize_t both[2];
    extent(dataset, place, 2, both);
    sizes[0] = both[0];
    sizes[1] = both[1];
}

void read_part(hid_t dataset, const char *place, hid_t type, size_t first, size_t n, void *to)
{
    hsize_t start = first, count = n;
    if (n == 0)
        return;
    hid_t in_file = H5Dget_space(dataset), in_memory = H5Screate_simple(1, &count, NULL);
    if (H5Sselect_hyperslab(in_file, H5S_SELECT_SET, &start, NULL, &count, NULL) < 0 ||
        H5Dread(dataset, type, in_memory, in_file, H5P_DEFAULT, to) < 0)
        fail("%s: cannot be read: damaged, cut short, or of another type", place);
    H5Sclose(in_memory);
    H5Sclose(in_file);
}
