/* Model files that are damaged, or made to do harm: each is refused with a word that says what is wrong, or is a model.
 * SPDX-License-Identifier: BSD-3-Clause */
#include <check.h>
#include <endian.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

#include "api/safetensors.h"
#include "unit/small_model.h"

static char folder[64], path[96], other[96];

/* A file in memory. */
typedef struct image {
    unsigned char *bytes;
    size_t n;
} image;

static image finished, stopped, unfitted;

static void make_folder(void)
{
    snprintf(folder, sizeof folder, "/tmp/gim-test-safetensors-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/model.gim", folder);
    snprintf(other, sizeof other, "%s/other.gim", folder);
}

static void remove_folder(void)
{
    unlink(path);
    unlink(other);
    ck_assert_int_eq(rmdir(folder), 0);
}

static image read_file(const char *file)
{
    FILE *stream = fopen(file, "rb");
    ck_assert_ptr_nonnull(stream);
    image all = {malloc(1 << 16), 0};
    all.n = fread(all.bytes, 1, 1 << 16, stream);
    ck_assert(all.n < 1 << 16);
    fclose(stream);
    return all;
}

static void write_file(const char *file, const void *bytes, size_t n)
{
    FILE *stream = fopen(file, "wb");
    ck_assert_ptr_nonnull(stream);
    ck_assert_uint_eq(fwrite(bytes, 1, n, stream), n);
    ck_assert_int_eq(fclose(stream), 0);
}

static image make_image(gim_mechanism mechanism, int64_t stop, int fit)
{
    gim_model *model = small_model(mechanism, GIM_SHIFT, GIM_PER_ENVIRONMENT);
    if (fit)
        ck_assert_int_ge(gim_fit(model, &small_data, small_stop, &stop), GIM_OK);
    ck_assert_int_eq(gim_model_save(model, path), GIM_OK);
    gim_model_free(model);
    return read_file(path);
}

static void make_images(void)
{
    make_folder();
    finished = make_image(GIM_LINEAR, INT64_MAX, 1);
    stopped = make_image(GIM_NONLINEAR, 10, 1);
    unfitted = make_image(GIM_LINEAR, 0, 0);
}

static void free_images(void)
{
    free(finished.bytes);
    free(stopped.bytes);
    free(unfitted.bytes);
    remove_folder();
}

static const char *message_of(const gim_model *model)
{
    static char text[600];
    gim_message(model, text, sizeof text);
    return text;
}

static gim_status load(const char *file, char *message, size_t size)
{
    gim_model *model;
    gim_status status = gim_model_load(&model, file, NULL);
    ck_assert_ptr_nonnull(model);
    snprintf(message, size, "%s", status == GIM_OK ? "" : message_of(model));
    gim_model_free(model);
    return status;
}

static void assert_load(gim_status wanted, const char *why)
{
    char message[600];
    gim_status status = load(path, message, sizeof message);
    ck_assert_msg(status == wanted, "%s, not %s (%s): %s", gim_status_name(status), gim_status_name(wanted), why,
                  message);
    ck_assert_msg(strstr(message, why) != NULL, "%s: not \"%s\"", message, why);
    for (const char *c = message; *c != '\0'; c++)
        ck_assert_msg(*c >= 0x20 && *c < 0x7f, "%s: not printable", message);
}

/* ---- a file with its header changed ---- */

static uint64_t header_length(const image *file)
{
    uint64_t length;
    memcpy(&length, file->bytes, sizeof length);
    return le64toh(length);
}

/* Writes header (n bytes) and the data of an image to path. */
static void write_with_header(const image *from, const char *header, size_t n)
{
    size_t data = 8 + header_length(from);
    unsigned char *all = malloc(8 + n + from->n);
    uint64_t length = htole64(n);
    memcpy(all, &length, sizeof length);
    memcpy(all + 8, header, n);
    memcpy(all + 8 + n, from->bytes + data, from->n - data);
    write_file(path, all, 8 + n + from->n - data);
    free(all);
}

/* The header as a string with room to grow, without its checksum. */
static char *header_of(const image *file)
{
    size_t n = header_length(file);
    char *header = calloc(n + (1 << 20), 1), *checksum;
    memcpy(header, file->bytes + 8, n);
    if ((checksum = strstr(header, ",\"checksum\":")) != NULL)
        memmove(checksum, checksum + 22, strlen(checksum + 22) + 1);
    return header;
}

/* Puts to in the place of the first from. */
static void change(char *header, const char *from, const char *to)
{
    char *at = strstr(header, from);
    ck_assert_msg(at != NULL, "no %s in the header", from);
    memmove(at + strlen(to), at + strlen(from), strlen(at + strlen(from)) + 1);
    memcpy(at, to, strlen(to));
}

typedef struct change_case {
    const char *from, *to;
    gim_status status;
    const char *why;
} change_case;

#define FORMAT GIM_ERR_FORMAT
#define LONG "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define N_ROWS "\"training.n_rows\":{\"dtype\":\"I64\",\"shape\":[4],\"data_offsets\":[0,32]}"
#define AS_N_ROWS(rest) "\"training.n_rows\":{\"dtype\":" rest

static const change_case cases[] = {
    {"\"format\"", "\"format\"", GIM_OK, ""},
    /* the container */
    {"{\"__metadata__\"", " {\"__metadata__\"", FORMAT, "does not begin with {"},
    {"\"__metadata__\"", "\"metadata\"", FORMAT, "no __metadata__"},
    {"{\"__metadata__\":{", "{\"__metadata__\":[],\"x\":{", FORMAT, "no __metadata__"},
    {"\"format_version\":\"4\"", "\"format_version\":2", FORMAT, "\"format_version\" is not a string"},
    {"\"format_version\":\"4\"", "\"format_version\":\"4\",\"format_version\":\"2\"", FORMAT, "duplicate object key"},
    {N_ROWS, N_ROWS "," N_ROWS, FORMAT, "duplicate object key"},
    {"\"format\":\"gim\"", "\"format\":\"gi\\u0000\"", FORMAT, "\\u0000 is not allowed"},
    {"\"format\":", "\"for\\u0000mat\":", FORMAT, "NUL byte in object key"},
    {"\"format\"", "\r\n\t\"format\"", GIM_OK, ""},
    {"\"format\"", "\x1b[31m\"format\"", FORMAT, "a control character"},
    {"\"gim\"", "\"gi\xffm\"", FORMAT, "unable to decode byte 0xff"},
    {"\"gim\"", "\"gi\nm\"", FORMAT, "a control character"},
    {"\"format\"", "\"a\\u001b[31mb\":\"\",\"format\"", FORMAT, "\"a?[31mb\" is unknown"},
    {"\"format\"", "\xc3\xa4\"format\"", FORMAT, "is not JSON"},
    {N_ROWS, "", FORMAT, "is not JSON"},
    {N_ROWS ",", "", FORMAT, "there is a hole"},
    {"\"training.n_rows\"", "\"training.n_rowz\"", FORMAT, "\"training.n_rowz\" is none that this model has"},
    {N_ROWS, N_ROWS ",\"more\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}", FORMAT, "\"more\" is none"},
    {N_ROWS, N_ROWS ",\"more\":7", FORMAT, "\"more\" has other members"},
    {N_ROWS, AS_N_ROWS("\"I64\",\"shape\":[4],\"data_offsets\":[0,32],\"x\":0}"), FORMAT, "has other members"},
    {N_ROWS, AS_N_ROWS("\"I64\",\"shape\":[4],\"offsets\":[0,32]}"), FORMAT, "data_offsets that are not within"},
    {N_ROWS, AS_N_ROWS("\"U64\",\"shape\":[4],\"data_offsets\":[0,32]}"), FORMAT, "a dtype other than"},
    {N_ROWS, AS_N_ROWS("3,\"shape\":[4],\"data_offsets\":[0,32]}"), FORMAT, "a dtype other than"},
    {N_ROWS, AS_N_ROWS("\"F64\",\"shape\":[4],\"data_offsets\":[0,32]}"), FORMAT, "is F64; it must be I64"},
    {N_ROWS, AS_N_ROWS("\"F32\",\"shape\":[8],\"data_offsets\":[0,32]}"), FORMAT, "is F32; it must be I64"},
    {N_ROWS, AS_N_ROWS("\"I64\",\"shape\":[4,1],\"data_offsets\":[0,32]}"), FORMAT, "a shape other than"},
    {N_ROWS, AS_N_ROWS("\"I64\",\"shape\":[2,2],\"data_offsets\":[0,32]}"), FORMAT, "a shape other than"},
    {N_ROWS, AS_N_ROWS("\"I64\",\"shape\":[1,1,1,4],\"data_offsets\":[0,32]}"), FORMAT, "a shape that cannot be"},
    {N_ROWS, AS_N_ROWS("\"I64\",\"shape\":[-4],\"data_offsets\":[0,32]}"), FORMAT, "a shape that cannot be"},
    {N_ROWS, AS_N_ROWS("\"I64\",\"shape\":[4.0],\"data_offsets\":[0,32]}"), FORMAT, "a shape that cannot be"},
    {N_ROWS, AS_N_ROWS("\"I64\",\"shape\":4,\"data_offsets\":[0,32]}"), FORMAT, "a shape that cannot be"},
    {N_ROWS, AS_N_ROWS("\"I64\",\"shape\":[[4]],\"data_offsets\":[0,32]}"), FORMAT, "nested too deep"},
    {N_ROWS, AS_N_ROWS("\"I64\",\"shape\":[2305843009213693952],\"data_offsets\":[0,0]}"), FORMAT, "cannot be"},
    {N_ROWS, AS_N_ROWS("\"I64\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}"), FORMAT, "cannot be"},
    {N_ROWS, AS_N_ROWS("\"I64\",\"shape\":[9223372036854775808],\"data_offsets\":[0,32]}"), FORMAT, "too big integer"},
    {N_ROWS, AS_N_ROWS("\"I64\",\"shape\":[100000000],\"data_offsets\":[0,32]}"), FORMAT, "not as long as its shape"},
    {N_ROWS, AS_N_ROWS("\"I64\",\"shape\":[4],\"data_offsets\":[0,31]}"), FORMAT, "not as long as its shape"},
    {N_ROWS, AS_N_ROWS("\"I64\",\"shape\":[4],\"data_offsets\":[0,40]}"), FORMAT, "not as long as its shape"},
    {N_ROWS, AS_N_ROWS("\"I64\",\"shape\":[4],\"data_offsets\":[32,0]}"), FORMAT, "not as long as its shape"},
    {N_ROWS, AS_N_ROWS("\"I64\",\"shape\":[4],\"data_offsets\":[8,40]}"), FORMAT,
     "begins at 8 of the data; there is a hole"},
    {"[32,272]", "[24,264]", FORMAT, "\"fit.history\" begins at 24 of the data; it overlaps"},
    {"[32,272]", "[0,240]", FORMAT, "it overlaps"},
    {N_ROWS, AS_N_ROWS("\"I64\",\"shape\":[4],\"data_offsets\":[1,33]}"), FORMAT, "a hole"},
    {N_ROWS, AS_N_ROWS("\"I64\",\"shape\":[4],\"data_offsets\":[-8,24]}"), FORMAT, "not within the file"},
    {N_ROWS, AS_N_ROWS("\"I64\",\"shape\":[4],\"data_offsets\":[0,99999999]}"), FORMAT, "not within the file"},
    {N_ROWS, AS_N_ROWS("\"I64\",\"shape\":[4],\"data_offsets\":[0]}"), FORMAT, "not within the file"},
    {N_ROWS, AS_N_ROWS("\"I64\",\"shape\":[4],\"data_offsets\":[0,32,32]}"), FORMAT, "not within the file"},
    {N_ROWS, AS_N_ROWS("\"I64\",\"shape\":[4],\"data_offsets\":[0,true]}"), FORMAT, "not within the file"},
    /* whose file it is */
    {"\"format\":\"gim\"", "\"format\":\"pt\"", FORMAT, "but not a libgim model"},
    {"\"format\":\"gim\",", "", FORMAT, "but not a libgim model"},
    {"\"format_version\":\"4\"", "\"format_version\":\"5\"", GIM_ERR_VERSION, "format version 5, by libgim 0.1.0"},
    {"\"format_version\":\"4\",\"gim_version\":\"0.1.0\"", "\"format_version\":\"5\"", GIM_ERR_VERSION,
     "of no version"},
    {"\"format_version\":\"4\"", "\"format_version\":\"1\"", GIM_OK, ""},
    {"\"format_version\":\"4\"", "\"format_version\":\"0\"", FORMAT, "must be a whole number"},
    {"\"format_version\":\"4\"", "\"format_version\":\"999999999\"", GIM_ERR_VERSION, "format version 999999999"},
    {"\"format_version\":\"4\"", "\"format_version\":\"01\"", FORMAT, "must be a whole number"},
    {"\"format_version\":\"4\"", "\"format_version\":\"1.0\"", FORMAT, "must be a whole number"},
    {"\"format_version\":\"4\"", "\"format_version\":\"-1\"", FORMAT, "must be a whole number"},
    {"\"format_version\":\"4\"", "\"format_version\":\"\"", FORMAT, "must be a whole number"},
    {"\"format_version\":\"4\"", "\"format_version\":\"1\"", GIM_OK, ""},
    {"\"format_version\":\"4\"", "\"format_version\":\"0\"", FORMAT, "must be a whole number"},
    {"\"format_version\":\"4\"", "\"format_version\":\"9999999999\"", FORMAT, "must be a whole number"},
    {"\"format_version\":\"4\",", "", FORMAT, "must be a whole number"},
    {"\"gim_version\":\"0.1.0\",", "", FORMAT, "no metadata \"gim_version\""},
    {"\"gim_version\":\"0.1.0\"", "\"gim_version\":\"0.9.9\"", GIM_OK, ""},
    {"\"format\"", "\"remark\":\"mine\",\"format\"", FORMAT, "metadata \"remark\" is unknown"},
    {"\"format\"", "\"" LONG LONG "\":\"\",\"format\"", FORMAT, "metadata \"" LONG "aaaaaaaaaa...\" is unknown"},
    {"\"format\"", "\"checksum\":\"00000000\",\"format\"", FORMAT, "is damaged"},
    {"\"format\"", "\"checksum\":\"\",\"format\"", FORMAT, "is damaged"},
    /* names */
    {"[\\\"x0\\\",", "[\\\"\\\",", FORMAT, "variable 0 is not text of 1 to 1023 bytes"},
    {"[\\\"x0\\\",", "[\\\"x1\\\",", FORMAT, "two variables are called \"x1\""},
    {"[\\\"x0\\\",", "[7,", FORMAT, "variable 0 is not text"},
    {"[\\\"x0\\\",", "[null,", FORMAT, "variable 0 is not text"},
    {"[\\\"x0\\\",", "[\\\"x\\\\u0000\\\",", FORMAT, "\\u0000 is not allowed"},
    {"[\\\"x0\\\",", "[\\\"\\\\ud800\\\",", FORMAT, "invalid Unicode"},
    {"[\\\"x0\\\",", "[\\\"\\\\u00e4\\\",", GIM_OK, ""},
    {"[\\\"x0\\\",\\\"x1\\\",\\\"x2\\\"]", "[\\\"x0\\\"]", FORMAT, "has 1 variables and 2 features"},
    {"[\\\"x0\\\",\\\"x1\\\",\\\"x2\\\"]", "[]", FORMAT, "has 0 variables and 2 features"},
    {"[\\\"x0\\\",\\\"x1\\\",\\\"x2\\\"]", "[\\\"x0\\\",\\\"x1\\\"]", FORMAT, "a shape other than"},
    {"[\\\"x0\\\",\\\"x1\\\",\\\"x2\\\"]", "{}", FORMAT, "\"variables\" is not an array"},
    {"[\\\"x0\\\",\\\"x1\\\",\\\"x2\\\"]", "", FORMAT, "\"variables\" is not JSON"},
    {"[\\\"x0\\\",\\\"x1\\\",\\\"x2\\\"]", "[[\\\"x0\\\"],\\\"x1\\\",\\\"x2\\\"]", FORMAT,
     "\"variables\" is not as it should"},
    {"[\\\"f0\\\",\\\"f1\\\"]", "[]", FORMAT, "has 3 variables and 0 features"},
    {"[\\\"f0\\\",\\\"f1\\\"]", "[\\\"f0\\\",\\\"f0\\\"]", FORMAT, "two features are called"},
    {"\"features\":\"[\\\"f0\\\",\\\"f1\\\"]\",", "", FORMAT, "no metadata \"features\""},
    {"[\\\"control\\\",", "[\\\"\\\",", FORMAT, "environment 0 is not text"},
    {"[\\\"control\\\",", "[", FORMAT, "a shape other than"},
    {"[\\\"control\\\",", "[\\\"3\\\",", GIM_OK, ""}, /* environments may share a name */
    /* options */
    {"\\\"steps\\\":20", "\\\"stepz\\\":20", FORMAT, "option \"stepz\" is unknown"},
    {"\\\"steps\\\":20", "\\\"steps\\\":20,\\\"steps\\\":20", FORMAT, "duplicate object key"},
    {"\\\"steps\\\":20", "\\\"steps\\\":0", FORMAT, "option \"steps\" cannot be 0"},
    {"\\\"steps\\\":20", "\\\"steps\\\":-20", FORMAT, "option \"steps\" cannot be -20"},
    {"\\\"steps\\\":20", "\\\"steps\\\":20.0", FORMAT, "\"steps\" has a value of the wrong kind"},
    {"\\\"steps\\\":20", "\\\"steps\\\":\\\"20\\\"", FORMAT, "\"steps\" has a value of the wrong kind"},
    {"\\\"steps\\\":20,", "", GIM_OK, ""}, /* as in a file of an earlier version: the default */
    {"\\\"dose-feature\\\":-1", "\\\"dose-feature\\\":-2", FORMAT, "option \"dose-feature\" cannot be -2"},
    {"9007199254740992", "9007199254740993", FORMAT, "\"seed\" has a value of the wrong kind"},
    {"\\\"mechanism\\\":\\\"linear\\\"", "\\\"mechanism\\\":\\\"other\\\"", FORMAT, "\"mechanism\" has a value of the"},
    {"\\\"mechanism\\\":\\\"linear\\\"", "\\\"mechanism\\\":0", FORMAT, "\"mechanism\" has a value of the"},
    {"\\\"mechanism\\\":\\\"linear\\\"", "\\\"mechanism\\\":\\\"nonlinear\\\"", FORMAT,
     "\"param.mechanism.W\" is none"},
    {"\\\"intervention\\\":\\\"shift\\\"", "\\\"intervention\\\":\\\"hard\\\"", FORMAT,
     "no tensor \"param.log_scale.0.bias\""},
    {"\\\"rank\\\":1", "\\\"rank\\\":0", FORMAT, "\"param.graph.U\" has a shape other than"},
    {"\\\"rank\\\":1", "\\\"rank\\\":4096", FORMAT, "\"param.graph.U\" has a shape other than"},
    {"\\\"tolerance\\\":0.10000000000000001", "\\\"tolerance\\\":1e999,\\\"x\\\":0", FORMAT, "real number overflow"},
    {"\\\"tolerance\\\":0.10000000000000001", "\\\"tolerance\\\":\\\"nan\\\",\\\"x\\\":0", FORMAT,
     "option \"tolerance\" cannot be"},
    {"\\\"tolerance\\\":0.10000000000000001", "\\\"tolerance\\\":null,\\\"x\\\":0", FORMAT,
     "\"tolerance\" has a value of the"},
    {"\\\"temperature\\\":1.0", "\\\"temperature\\\":1", GIM_OK, ""}, /* a number is a number */
    /* the fit */
    {"\\\"status\\\":", "\\\"state\\\":", FORMAT, "status is not"},
    {"\\\"status\\\":\\\"GIM_", "\\\"status\\\":\\\"GIM_ERR_", FORMAT, "status is not"},
    {"\\\"step\\\":20", "\\\"step\\\":-1", FORMAT, "step is missing, or not a value"},
    {"\\\"step\\\":20", "\\\"step\\\":1000000001", FORMAT, "step is missing, or not a value"},
    {"\\\"step\\\":20", "\\\"stap\\\":20", FORMAT, "step is missing, or not a value"},
    {"\\\"step\\\":20", "\\\"step\\\":20,\\\"more\\\":1", FORMAT, "members, not "},
    {"\\\"rows\\\":42", "\\\"rows\\\":43", FORMAT, "has 43 rows, 11 held out; the environments have 42"},
    {"\\\"rows-held-out\\\":11", "\\\"rows-held-out\\\":43", FORMAT, "43 held out"},
    {"\\\"rows-in-memory\\\":true", "\\\"rows-in-memory\\\":1", FORMAT, "rows-in-memory is missing, or not"},
    {"\\\"graph-fixed\\\":true", "\\\"graph-fixed\\\":null", FORMAT, "graph-fixed is missing, or not"},
    {"\\\"checks\\\":5", "\\\"checks\\\":4", FORMAT, "\"fit.history\" has a shape other than"},
    {"\\\"checks\\\":5", "\\\"checks\\\":2000000000", FORMAT, "\"fit.history\" has a shape other than"},
    {"\\\"penalty-mu\\\":", "\\\"penalty-mu\\\":\\\"huge\\\",\\\"x\\\":", FORMAT, "members"},
    {",\"fit\":", ",\"fut\":", FORMAT, "\"fut\" is unknown"},
    {",\"environments\":", ",\"gim_version \":", FORMAT, "unknown"},
};

START_TEST(changed_header)
{
    const change_case *one = &cases[_i];
    char *header = header_of(&finished);
    change(header, one->from, one->to);
    write_with_header(&finished, header, strlen(header));
    assert_load(one->status, one->why);
    free(header);
}
END_TEST

/* Baselines, by their method. */
static const struct {
    gim_method method;
    change_case change;
} baseline_cases[] = {
    {GIM_METHOD_RIDGE, {"\"format\"", "\"format\"", GIM_OK, ""}},
    {GIM_METHOD_RIDGE, {"\\\"ridge\\\"", "\\\"model\\\"", FORMAT, "\"baseline.mean\" is none"}},
    {GIM_METHOD_RIDGE, {"\\\"ridge\\\"", "\\\"mlp\\\"", FORMAT, "\"baseline.values\" has a shape other than"}},
    {GIM_METHOD_RIDGE, {"\\\"ridge\\\"", "\\\"additive\\\"", FORMAT, "\"baseline.values\" is none"}},
    {GIM_METHOD_RIDGE, {"\\\"ridge\\\"", "\\\"rigde\\\"", FORMAT, "\"method\" has a value of the wrong kind"}},
    {GIM_METHOD_RIDGE, {"\"baseline.rows\"", "\"baseline.r\"", FORMAT, "\"baseline.r\" is none"}},
    {GIM_METHOD_RIDGE, {"GIM_OK", "GIM_STOPPED", FORMAT, "a baseline is complete"}},
    {GIM_METHOD_RIDGE, {"\\\"checks\\\":0", "\\\"checks\\\":5", FORMAT, "a baseline is complete"}},
    {GIM_METHOD_RIDGE, {"\\\"rows\\\":42", "\\\"rows\\\":43", FORMAT, "has 43 rows"}},
    {GIM_METHOD_NO_CHANGE, {"\\\"no-change\\\"", "\\\"train-mean\\\"", GIM_OK, ""}}, /* the same is kept */
    {GIM_METHOD_NO_CHANGE,
     {"\\\"no-change\\\"", "\\\"nearest\\\"", FORMAT, "\"baseline.rows\" has 9 rows; the environments need 42"}},
    {GIM_METHOD_NEAREST, {"\\\"nearest\\\"", "\\\"no-change\\\"", FORMAT, "has 42 rows; the environments need 9"}},
    {GIM_METHOD_NEAREST, {"\\\"nearest\\\"", "\\\"lower-dose\\\"", FORMAT, "without a feature that is a dose"}},
    {GIM_METHOD_NEAREST, {"[42,3]", "[3,42]", FORMAT, "\"baseline.rows\" has a shape other than"}},
    {GIM_METHOD_NEAREST, {"[42,3]", "[126]", FORMAT, "\"baseline.rows\" has a shape other than"}},
    {GIM_METHOD_NEAREST, {"[42,3]", "[4611686018427387904,3]", FORMAT, "a shape that cannot be"}},
};

static image baseline_image(gim_method method)
{
    gim_model *model = small_model(GIM_LINEAR, GIM_SHIFT, GIM_PER_ENVIRONMENT);
    ck_assert_int_eq(gim_set_int(model, GIM_METHOD, method), GIM_OK);
    ck_assert_int_eq(gim_fit(model, &small_data, NULL, NULL), GIM_OK);
    ck_assert_int_eq(gim_model_save(model, path), GIM_OK);
    gim_model_free(model);
    return read_file(path);
}

START_TEST(changed_header_of_a_baseline)
{
    const change_case *one = &baseline_cases[_i].change;
    image file = baseline_image(baseline_cases[_i].method);
    char *header = header_of(&file);
    change(header, one->from, one->to);
    write_with_header(&file, header, strlen(header));
    assert_load(one->status, one->why);
    free(header);
    free(file.bytes);
}
END_TEST

/* A model has a fit with all that belongs to it, or none. */
START_TEST(half_a_fit)
{
    char *header = header_of(&finished), *from = strstr(header, ",\"fit\":"),
         *to = strstr(header, "},\"training.n_rows\"");
    memmove(from, to, strlen(to) + 1);
    write_with_header(&finished, header, strlen(header));
    assert_load(FORMAT, "not both");
    from = strstr(header, ",\"environments\":");
    to = strstr(header, "},\"training.n_rows\"");
    memmove(from, to, strlen(to) + 1);
    write_with_header(&finished, header, strlen(header));
    assert_load(FORMAT, "is none that this model has");
    free(header);
}
END_TEST

START_TEST(options_that_are_no_object)
{
    char *header = header_of(&unfitted), *from = strstr(header, "\"options\":\"") + 11, *to = strstr(from, "}\"");
    memmove(from + 2, to + 1, strlen(to + 1) + 1);
    memcpy(from, "[]", 2);
    write_with_header(&unfitted, header, strlen(header));
    assert_load(FORMAT, "metadata \"options\" is not an object");
    free(header);
}
END_TEST

START_TEST(fit_without_environments)
{
    char *header = header_of(&finished), *from = strstr(header, "[\\\"control\\\""), *to = strstr(from, "]");
    memmove(from + 1, to, strlen(to) + 1);
    write_with_header(&finished, header, strlen(header));
    assert_load(FORMAT, "without environments");
    free(header);
}
END_TEST

/* ---- headers of another kind ---- */

START_TEST(header_length_that_cannot_be)
{
    static const uint64_t lengths[] = {0, 1, 100000001, UINT64_C(1) << 32, INT64_MAX, UINT64_MAX, UINT64_MAX - 7};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        image file = {malloc(finished.n), finished.n};
        uint64_t length = htole64(lengths[i]);
        memcpy(file.bytes, finished.bytes, finished.n);
        memcpy(file.bytes, &length, 8);
        write_file(path, file.bytes, file.n);
        assert_load(FORMAT, "is not a libgim model: its first 8 bytes");
        free(file.bytes);
    }
}
END_TEST

START_TEST(header_longer_than_the_file)
{
    const uint64_t length = htole64(99999999);
    write_file(path, &length, sizeof length);
    assert_load(FORMAT, "ends within its header");
    write_file(path, "", 0);
    assert_load(FORMAT, "shorter than 8 bytes");
    write_file(path, "PK\x03\x04\x14\x00\x00\x00\x08\x00 something else", 26);
    assert_load(FORMAT, "is not a libgim model");
    write_file(path, "environment\tx0\tx1\n", 18);
    assert_load(FORMAT, "is not a libgim model");
}
END_TEST

/* A header of n times the same, between a beginning and an end. */
static void write_repeated(const char *begin, const char *text, size_t n, const char *end)
{
    size_t length = strlen(begin) + n * strlen(text) + strlen(end);
    char *all = malloc(8 + length), *at = all + 8;
    uint64_t little = htole64(length);
    memcpy(all, &little, 8);
    at = (char *)memcpy(at, begin, strlen(begin)) + strlen(begin);
    for (size_t i = 0; i < n; i++)
        at = (char *)memcpy(at, text, strlen(text)) + strlen(text);
    memcpy(at, end, strlen(end));
    write_file(path, all, 8 + length);
    free(all);
}

START_TEST(headers_that_would_cost_much)
{
    write_repeated("{\"a\":", "[", 1000000, "");
    assert_load(FORMAT, "nested too deep");
    write_repeated("{\"a\":[", "0,", 1000000, "0]}");
    assert_load(FORMAT, "too many values");
    write_repeated("{\"a\":[", "{},", 1000000, "{}]}");
    assert_load(FORMAT, "too many values");
    write_repeated("{\"", "\\\\\\\"", 1000000, "\":0}");
    assert_load(FORMAT, "no __metadata__");
    write_repeated("{\"a\":\"", "\\u0041", 100000, "");
    assert_load(FORMAT, "premature end of input");
}
END_TEST

START_TEST(too_many_names)
{
    write_repeated(
        "{\"__metadata__\":{\"format\":\"gim\",\"format_version\":\"1\",\"gim_version\":\"0\",\"variables\":\"[", "0,",
        10001, "0]\"}}");
    assert_load(FORMAT, "metadata \"variables\" is not as it should be: too many values");
}
END_TEST

/* As many names as a model may have, and as long; two of 100000 are the same. */
START_TEST(many_names_are_compared_quickly)
{
    gim_model *model = NULL;
    ck_assert_int_eq(gim_model_new(&model, 10000, 100000, NULL), GIM_OK);
    char name[1024];
    memset(name, 'n', 1023);
    name[1023] = '\0';
    ck_assert_int_eq(gim_set_variable_name(model, 0, name), GIM_OK);
    ck_assert_int_eq(gim_model_save(model, path), GIM_OK);
    gim_model_free(model);
    assert_load(GIM_OK, "");
    int file = open(path, O_RDWR);
    char *all = calloc(3 << 20, 1), *at;
    ssize_t n = read(file, all, 3 << 20);
    ck_assert_int_gt(n, 1 << 20);
    ck_assert_ptr_nonnull(at = strstr(all + 8, "f99999"));
    ck_assert_int_eq(pwrite(file, "f99998", 6, at - all), 6);
    close(file);
    free(all);
    assert_load(FORMAT, "two features are called \"f99998\"");
}
END_TEST

START_TEST(name_that_is_too_long)
{
    char *header = header_of(&finished), name[1100] = "[\\\"";
    memset(name + 3, 'n', 1024);
    strcpy(name + 3 + 1024, "\\\",");
    change(header, "[\\\"x0\\\",", name);
    write_with_header(&finished, header, strlen(header));
    assert_load(FORMAT, "variable 0 is not text of 1 to 1023 bytes");
    free(header);
}
END_TEST

/* ---- data that cannot be ---- */

/* Where in the file a tensor begins. */
static size_t place_of(const image *file, const char *name)
{
    json_t *header = json_loadb((char *)file->bytes + 8, header_length(file), 0, NULL);
    json_t *offsets = json_object_get(json_object_get(header, name), "data_offsets");
    ck_assert_msg(offsets != NULL, "no %s", name);
    size_t begin = (size_t)json_integer_value(json_array_get(offsets, 0));
    json_decref(header);
    return 8 + header_length(file) + begin;
}

static const struct {
    const char *name;
    size_t at;
    const char *bytes;
    size_t n;
    const char *why;
} values[] = {
    {"param.graph.U", 4, "\0\0\xc0\x7f", 4, "\"param.graph.U\" has nan as value 1; it must be finite"},
    {"param.noise.logvar", 0, "\0\0\x80\xff", 4, "\"param.noise.logvar\" has -inf as value 0; it must be finite"},
    {"adam.first.graph.V", 8, "\0\0\x80\x7f", 4, "\"adam.first.graph.V\" has inf as value 2"},
    {"adam.second.graph.V", 0, "\0\0\x80\xbf", 4, "has -1 as value 0; it must be finite and not negative"},
    {"scaling.center", 0, "\0\0\0\0\0\0\xf0\x7f", 8, "\"scaling.center\" has inf as value 0"},
    {"scaling.scale", 8, "\0\0\0\0\0\0\0\0", 8, "has 0 as value 1; it must be finite and positive"},
    {"adam.second.graph.V", 0, "\0\0\x80\x7f", 4, "has inf as value 0; it must be finite and not negative"},
    {"scaling.scale", 0, "\0\0\0\0\0\0\xf0\x7f", 8, "has inf as value 0; it must be finite and positive"},
    {"scaling.feature_scale", 8, "\0\0\0\0\0\0\xf0\xbf", 8, "has -1 as value 1; it must be finite and positive"},
    {"training.features", 0, "\0\0\0\0\0\0\xf8\x7f", 8, "\"training.features\" has nan"},
    {"training.n_rows", 8, "\0\0\0\0\0\0\0\0", 8, "has 0 as value 1; it must be a whole number from 1 on"},
    {"training.n_rows", 0, "\xff\xff\xff\xff\xff\xff\xff\xff", 8, "it must be a whole number from 1 on"},
    {"training.n_rows", 0, "\1\0\0\0\0\0\0\0", 8, "the environments have 34"},
    {"training.n_rows", 0, "\xff\xff\xff\xff\xff\xff\xff\x7f", 8, "the environments have 9223372036854775808"},
    {"training.observational", 0, "\2", 1, "has 2 as value 0; it must be 0 or 1"},
    {"graph.edges", 3, "\xff", 1, "has 255 as value 3; it must be 0 or 1"},
    {"graph.edges", 4, "\1", 1, "has a cycle"},
    {"graph.edges", 0, "\0\1\0\1\0\0\0\0\0", 9, "has a cycle"},
    {"graph.edges", 0, "\0\1\0\0\0\1\1\0\0", 9, "has a cycle"},
};

START_TEST(values_that_cannot_be)
{
    char *header = header_of(&stopped);
    write_with_header(&stopped, header, strlen(header)); /* without the checksum */
    free(header);
    image file = read_file(path);
    memcpy(file.bytes + place_of(&file, values[_i].name) + values[_i].at, values[_i].bytes, values[_i].n);
    write_file(path, file.bytes, file.n);
    assert_load(FORMAT, values[_i].why);
    free(file.bytes);
}
END_TEST

static const struct {
    const char *name;
    size_t at;
    const char *bytes;
    size_t n;
    const char *why;
} baseline_values[] = {
    {"baseline.rows", 4, "\0\0\xc0\x7f", 4, "\"baseline.rows\" has nan as value 1; it must be finite"},
    {"baseline.mean", 8, "\0\0\0\0\0\0\xf0\x7f", 8, "\"baseline.mean\" has inf as value 1"},
    {"baseline.values", 0, "\0\0\x80\xff", 4, "\"baseline.values\" has -inf as value 0"},
    {"training.observational", 0, "\0", 1, "the method ridge without an observational environment"},
    {"training.observational", 1, "\1", 1, "\"baseline.rows\" has 9 rows; the environments need 19"},
};

START_TEST(values_that_cannot_be_in_a_baseline)
{
    image file = baseline_image(GIM_METHOD_RIDGE);
    char *header = header_of(&file);
    write_with_header(&file, header, strlen(header)); /* without the checksum */
    free(header);
    free(file.bytes);
    file = read_file(path);
    memcpy(file.bytes + place_of(&file, baseline_values[_i].name) + baseline_values[_i].at, baseline_values[_i].bytes,
           baseline_values[_i].n);
    write_file(path, file.bytes, file.n);
    assert_load(FORMAT, baseline_values[_i].why);
    free(file.bytes);
}
END_TEST

START_TEST(bytes_too_many_or_too_few)
{
    image file = {calloc(finished.n + 8, 1), finished.n};
    memcpy(file.bytes, finished.bytes, finished.n);
    write_file(path, file.bytes, file.n + 1);
    assert_load(FORMAT, "has 1 bytes after its last tensor");
    write_file(path, file.bytes, file.n + 8);
    assert_load(FORMAT, "has 8 bytes after its last tensor");
    write_file(path, file.bytes, file.n - 1);
    assert_load(FORMAT, "not within the file");
    free(file.bytes);
}
END_TEST

/* ---- the form that is written ---- */

/* Places follow one another in the order of the header, by type and name, each at a multiple of its elements' width. */
START_TEST(layout)
{
    static const char types[] = "I64F64F32U8";
    json_t *header = json_loadb((char *)stopped.bytes + 8, header_length(&stopped), 0, NULL), *value;
    size_t end = 0, n = 0;
    const char *key, *before = "", *type_before = types;
    ck_assert_uint_eq(header_length(&stopped) % 8, 0);
    json_object_foreach(header, key, value)
    {
        if (strcmp(key, "__metadata__") == 0)
            continue;
        const json_t *offsets = json_object_get(value, "data_offsets");
        const char *type = strstr(types, json_string_value(json_object_get(value, "dtype")));
        size_t width = type == types + 9 ? 1 : type == types + 6 ? 4 : 8;
        ck_assert_uint_eq((size_t)json_integer_value(json_array_get(offsets, 0)), end);
        ck_assert_uint_eq(end % width, 0);
        ck_assert(type > type_before || (type == type_before && strcmp(key, before) > 0));
        end = (size_t)json_integer_value(json_array_get(offsets, 1));
        before = key;
        type_before = type;
        n++;
    }
    ck_assert_uint_eq(8 + header_length(&stopped) + end, stopped.n);
    ck_assert_uint_gt(n, 50);
    json_decref(header);
}
END_TEST

/* ---- files that other writers may write ---- */

/* Copies a tensor's data to the end of out, floats as doubles if so wished; returns its entry in the header. */
static json_t *copy_tensor(const image *from, const json_t *tensor, int widen, unsigned char *out, size_t *end)
{
    const json_t *offsets = json_object_get(tensor, "data_offsets");
    size_t begin = (size_t)json_integer_value(json_array_get(offsets, 0)), first = *end;
    size_t n = (size_t)json_integer_value(json_array_get(offsets, 1)) - begin;
    const unsigned char *data = from->bytes + 8 + header_length(from) + begin;
    json_t *copy = json_deep_copy(tensor);
    if (widen && strcmp(json_string_value(json_object_get(tensor, "dtype")), "F32") == 0) {
        for (size_t i = 0; i < n; i += 4, *end += 8) {
            float value;
            memcpy(&value, data + i, 4);
            memcpy(out + *end, &(double){value}, 8);
        }
        json_object_set_new(copy, "dtype", json_string("F64"));
    } else {
        memcpy(out + *end, data, n);
        *end += n;
    }
    json_object_set_new(copy, "data_offsets", json_pack("[I, I]", (json_int_t)first, (json_int_t)*end));
    return copy;
}

/* The same file in another order, with spaces and line breaks, without a checksum. */
static void write_anew(const image *from, int widen)
{
    json_t *header = json_loadb((char *)from->bytes + 8, header_length(from), 0, NULL), *made = json_object();
    unsigned char *data = malloc(2 * from->n);
    size_t end = 0, n = json_object_size(header);
    for (size_t last = n; last-- > 0;) {
        const char *key;
        json_t *value;
        size_t i = 0;
        json_object_foreach(header, key, value)
        {
            if (i++ == last && strcmp(key, "__metadata__") != 0)
                json_object_set_new(made, key, copy_tensor(from, value, widen, data, &end));
        }
    }
    json_object_del(json_object_get(header, "__metadata__"), "checksum");
    json_object_set(made, "__metadata__", json_object_get(header, "__metadata__"));
    char *text = json_dumps(made, JSON_INDENT(2));
    image file = {malloc(8 + strlen(text) + end), 8 + strlen(text) + end};
    uint64_t length = htole64(strlen(text));
    memcpy(file.bytes, &length, 8);
    memcpy(file.bytes + 8, text, strlen(text));
    memcpy(file.bytes + 8 + strlen(text), data, end);
    write_file(path, file.bytes, file.n);
    free(file.bytes);
    free(text);
    free(data);
    json_decref(header);
    json_decref(made);
}

/* Neither the order of tensors nor that of keys matters, and parameters may be doubles: the model is the same. */
START_TEST(other_order_and_width)
{
    gim_model *model;
    write_anew(&stopped, _i);
    gim_status status = gim_model_load(&model, path, NULL);
    ck_assert_msg(status == GIM_OK, "%s", message_of(model));
    ck_assert_int_eq(gim_model_save(model, other), GIM_OK);
    image again = read_file(other);
    ck_assert_uint_eq(again.n, stopped.n);
    ck_assert_int_eq(memcmp(again.bytes, stopped.bytes, again.n), 0);
    free(again.bytes);
    gim_model_free(model);
}
END_TEST

/* ---- chance damage ---- */

/* Bits from one that is flipped to the next: each byte is met, but under valgrind, which is slow. */
static size_t stride(void)
{
    const char *preloaded = getenv("LD_PRELOAD");
    if (preloaded != NULL && strstr(preloaded, "valgrind") != NULL)
        return 61;
#ifdef __SANITIZE_ADDRESS__
    return 7;
#else
    return 3;
#endif
}

static const image *image_of(int i)
{
    return i == 0 ? &finished : i == 1 ? &stopped : &unfitted;
}

START_TEST(every_truncation_is_refused)
{
    const image *file = image_of(_i);
    char message[600];
    write_file(path, file->bytes, file->n);
    for (size_t n = file->n; n-- > 0;) {
        ck_assert_int_eq(truncate(path, (off_t)n), 0);
        gim_status status = load(path, message, sizeof message);
        if (status != FORMAT || message[0] == '\0')
            ck_abort_msg("%zu bytes of %zu: %s %s", n, file->n, gim_status_name(status), message);
    }
}
END_TEST

/* A file with one bit changed is refused, or is the same model: where a space within the header becomes another. */
START_TEST(every_flipped_bit_is_refused_or_harmless)
{
    const image *file = image_of(_i);
    size_t harmless = 0;
    write_file(path, file->bytes, file->n);
    int target = open(path, O_RDWR);
    for (size_t bit = 0; bit < 8 * file->n; bit += stride()) {
        unsigned char byte = (unsigned char)(file->bytes[bit / 8] ^ 1u << bit % 8);
        gim_model *model;
        if (pwrite(target, &byte, 1, (off_t)(bit / 8)) != 1)
            ck_abort_msg("cannot be written");
        gim_status status = gim_model_load(&model, path, NULL);
        if (status == GIM_OK) {
            harmless++;
            ck_assert_int_eq(gim_model_save(model, other), GIM_OK);
            image again = read_file(other);
            ck_assert_msg(again.n == file->n && memcmp(again.bytes, file->bytes, again.n) == 0, "bit %zu of byte %zu",
                          bit % 8, bit / 8);
            free(again.bytes);
        } else if (status != FORMAT && status != GIM_ERR_VERSION) {
            ck_abort_msg("bit %zu of byte %zu: %s %s", bit % 8, bit / 8, gim_status_name(status), message_of(model));
        }
        gim_model_free(model);
        if (pwrite(target, &file->bytes[bit / 8], 1, (off_t)(bit / 8)) != 1)
            ck_abort_msg("cannot be written");
    }
    close(target);
    ck_assert_uint_lt(harmless, 16);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("safetensors");
    TCase *tests = tcase_create("safetensors");
    tcase_add_checked_fixture(tests, make_images, free_images);
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, changed_header, 0, sizeof cases / sizeof *cases);
    tcase_add_loop_test(tests, changed_header_of_a_baseline, 0, sizeof baseline_cases / sizeof *baseline_cases);
    tcase_add_loop_test(tests, values_that_cannot_be_in_a_baseline, 0,
                        sizeof baseline_values / sizeof *baseline_values);
    tcase_add_test(tests, half_a_fit);
    tcase_add_test(tests, options_that_are_no_object);
    tcase_add_test(tests, fit_without_environments);
    tcase_add_test(tests, header_length_that_cannot_be);
    tcase_add_test(tests, header_longer_than_the_file);
    tcase_add_test(tests, headers_that_would_cost_much);
    tcase_add_test(tests, too_many_names);
    tcase_add_test(tests, many_names_are_compared_quickly);
    tcase_add_test(tests, name_that_is_too_long);
    tcase_add_loop_test(tests, values_that_cannot_be, 0, sizeof values / sizeof *values);
    tcase_add_test(tests, bytes_too_many_or_too_few);
    tcase_add_test(tests, layout);
    tcase_add_loop_test(tests, other_order_and_width, 0, 2);
    tcase_add_loop_test(tests, every_truncation_is_refused, 0, 3);
    tcase_add_loop_test(tests, every_flipped_bit_is_refused_or_harmless, 0, 3);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
