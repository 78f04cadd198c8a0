/* tidy_rules.c: the rules. They read tokens and lines, not C: the sources are formatted by
 * clang-format, which makes that enough. */
#include "tidy/tidy_rules.h"

#include "base/assert.h"

#include <ctype.h>

static bool is_word_char(char c) {
    return isalnum((unsigned char)c) || c == '_';
}

static tn_str next_token(tn_str line, size_t *at) {
    while (*at < line.size && line.data[*at] == ' ')
        ++*at;
    const size_t start = *at;
    while (*at < line.size && line.data[*at] != ' ')
        ++*at;
    return (tn_str){line.data + start, *at - start};
}

static void law_read_line(const tidy_file *file, tn_str line, tidy_law *law,
                          tidy_findings *findings) {
    const size_t offset = (size_t)(line.data - file->raw.data);
    size_t at = 0;
    tn_str name = next_token(line, &at);
    if (name.size < 2 || name.data[name.size - 1] != ':' || law->count == TIDY_LAYERS_MAX) {
        tidy_complain(findings, file, offset, "not 'LAYER: LAYER…'");
        return;
    }
    name.size--;
    tidy_layer *layer = &law->layers[law->count++];
    *layer = (tidy_layer){.name = name};
    for (tn_str token = next_token(line, &at); token.size > 0; token = next_token(line, &at)) {
        TN_ASSERT(layer->allowed_count < TIDY_ALLOWED_MAX);
        layer->allowed[layer->allowed_count++] = token;
    }
}

void tidy_law_read(const tidy_file *file, tidy_law *out, tidy_findings *findings) {
    out->count = 0;
    size_t offset = 0;
    for (tn_str line; tidy_next_line(file->raw, &offset, &line);) {
        if (line.size > 0 && line.data[0] != '#') law_read_line(file, line, out, findings);
    }
}

static const tidy_layer *law_find(const tidy_law *law, tn_str name) {
    for (size_t i = 0; i < law->count; i++) {
        if (tn_str_equal(law->layers[i].name, name)) return &law->layers[i];
    }
    return NULL;
}

/* The part of a path before its first slash, from `skip` bytes on. */
static tn_str first_part(tn_str path, size_t skip) {
    const char *start = path.data + skip;
    const char *slash = memchr(start, '/', path.size - skip);
    return (tn_str){start, slash == NULL ? path.size - skip : (size_t)(slash - start)};
}

static tn_str layer_of_path(const char *path) {
    const tn_str text = tn_str_of(path);
    if (tidy_starts_with(text, "include/tenure/")) return tn_str_of("api");
    if (tidy_starts_with(text, "tools/")) return tn_str_of("tools");
    if (tidy_starts_with(text, "src/")) return first_part(text, strlen("src/"));
    return (tn_str){"", 0};
}

static bool may_include(const tidy_layer *layer, tn_str target_layer, tn_str target) {
    if (tn_str_equal(layer->name, target_layer)) return true;
    for (size_t i = 0; i < layer->allowed_count; i++) {
        if (tn_str_equal(layer->allowed[i], target_layer) ||
            tn_str_equal(layer->allowed[i], target))
            return true;
    }
    return false;
}

/* The path of an #include line; `raw` because paths in quotes are blanked in the code. */
static bool include_path(tn_str code, tn_str raw, tn_str *path, bool *is_quoted) {
    size_t at = 0;
    while (at < code.size && code.data[at] == ' ')
        at++;
    if (at == code.size || code.data[at] != '#') return false;
    at++;
    while (at < code.size && code.data[at] == ' ')
        at++;
    if (!tidy_starts_with((tn_str){code.data + at, code.size - at}, "include")) return false;
    at += strlen("include");
    while (at < raw.size && raw.data[at] == ' ')
        at++;
    if (at == raw.size || (raw.data[at] != '"' && raw.data[at] != '<')) return false;
    *is_quoted = raw.data[at] == '"';
    const char *start = raw.data + at + 1;
    const char *end = memchr(start, *is_quoted ? '"' : '>', raw.size - at - 1);
    if (end == NULL) return false;
    *path = (tn_str){start, (size_t)(end - start)};
    return true;
}

typedef struct include_line {
    tn_str path;
    bool is_quoted;
    size_t offset;
} include_line;

/* Steps to the next #include from *at on. */
static bool next_include(const tidy_file *file, size_t *at, include_line *out) {
    tn_str code;
    for (size_t start = *at; tidy_next_line(file->code, at, &code); start = *at) {
        const tn_str raw = {file->raw.data + start, code.size};
        out->offset = start;
        if (include_path(code, raw, &out->path, &out->is_quoted)) return true;
    }
    return false;
}

/* The layer that an include leads to; empty for the system's headers and for neighbours. */
static tn_str target_layer(const tidy_law *law, const include_line *line) {
    const tn_str first = first_part(line->path, 0);
    if (tn_str_is(first, "tenure") && first.size < line->path.size) return tn_str_of("api");
    if (line->is_quoted && first.size < line->path.size && law_find(law, first) != NULL)
        return first;
    return (tn_str){"", 0};
}

void tidy_check_includes(const tidy_law *law, const tidy_file *file, tidy_findings *findings) {
    const tn_str name = layer_of_path(file->path);
    if (name.size == 0) return;
    const tidy_layer *layer = law_find(law, name);
    if (layer == NULL) {
        tidy_complain(findings, file, 0, "no layer '%.*s' in src/layers.txt", (int)name.size,
                      name.data);
        return;
    }
    const bool is_src = tidy_starts_with(tn_str_of(file->path), "src/");
    include_line line;
    for (size_t at = 0; next_include(file, &at, &line);) {
        const tn_str target = target_layer(law, &line);
        if (target.size == 0 && is_src && line.is_quoted)
            tidy_complain(findings, file, line.offset, "includes of src name a layer: \"base/…\"");
        if (target.size > 0 && !may_include(layer, target, line.path))
            tidy_complain(findings, file, line.offset, "layer %.*s may not include layer %.*s",
                          (int)name.size, name.data, (int)target.size, target.data);
    }
}

void tidy_check_intrinsics(const tidy_file *file, tidy_findings *findings) {
    if (strcmp(file->path, "src/kernels/lanes.h") == 0) return;
    include_line line;
    for (size_t at = 0; next_include(file, &at, &line);) {
        if (tidy_ends_with(line.path, "intrin.h") || tn_str_is(line.path, "arm_neon.h") ||
            tn_str_is(line.path, "arm_sve.h"))
            tidy_complain(findings, file, line.offset,
                          "only src/kernels/lanes.h includes intrinsics");
    }
}

/* Functions that may be called in one file only. */
typedef struct tidy_door {
    const char *file;
    const char *reason;
    bool is_for_src_only;
    const char *const *names; /* ends with NULL */
} tidy_door;

static const char *const memory_names[] = {
    "malloc",   "calloc",         "realloc", "reallocarray", "free",     "aligned_alloc",
    "memalign", "posix_memalign", "strdup",  "strndup",      "asprintf", "vasprintf",
    "getline",  "alloca",         "mmap",    "munmap",       NULL};
static const char *const file_names[] = {
    "fopen",  "freopen", "fdopen", "tmpfile", "mkstemp", "open",      "openat",  "creat",
    "read",   "pread",   "readv",  "write",   "pwrite",  "writev",    "rename",  "renameat",
    "unlink", "remove",  "mkdir",  "rmdir",   "fsync",   "fdatasync", "opendir", NULL};
static const char *const time_names[] = {
    "time",     "clock",     "clock_gettime", "gettimeofday", "nanosleep",    "localtime_r",
    "gmtime_r", "localtime", "gmtime",        "mktime",       "timespec_get", NULL};
static const char *const thread_names[] = {"pthread_create", "thrd_create", "fork", "vfork", NULL};
static const char *const end_names[] = {"abort", "exit", "_exit", "_Exit", "quick_exit", NULL};

static const tidy_door doors[] = {
    {"src/base/alloc.c", "memory goes through base/alloc.h", false, memory_names},
    {"src/base/file.c", "files go through base/file.h", false, file_names},
    {"src/base/clock.c", "time goes through base/clock.h", false, time_names},
    {"src/base/thread.c", "threads go through base/thread.h", false, thread_names},
    {"src/base/assert.c", "library code never ends the process", true, end_names},
};

static bool name_is_listed(const char *const *names, tn_str word) {
    for (; *names != NULL; names++) {
        if (tn_str_is(word, *names)) return true;
    }
    return false;
}

/* True for a name that is called or defined at [start, end): a bracket follows, and it is no member
 * of something. */
static bool is_call(tn_str code, size_t start, size_t end) {
    while (end < code.size && code.data[end] == ' ')
        end++;
    if (end == code.size || code.data[end] != '(') return false;
    if (start > 0 && code.data[start - 1] == '.') return false;
    return !(start > 1 && code.data[start - 1] == '>' && code.data[start - 2] == '-');
}

static void check_word(const tidy_file *file, tn_str word, tidy_findings *findings) {
    for (size_t i = 0; i < sizeof doors / sizeof doors[0]; i++) {
        const tidy_door *door = &doors[i];
        if (!name_is_listed(door->names, word) || strcmp(file->path, door->file) == 0) continue;
        if (door->is_for_src_only && !tidy_starts_with(tn_str_of(file->path), "src/")) continue;
        tidy_complain(findings, file, (size_t)(word.data - file->code.data), "%.*s(): %s",
                      (int)word.size, word.data, door->reason);
    }
}

void tidy_check_doors(const tidy_file *file, tidy_findings *findings) {
    const tn_str code = file->code;
    for (size_t at = 0; at < code.size;) {
        if (!is_word_char(code.data[at])) {
            at++;
            continue;
        }
        const size_t start = at;
        while (at < code.size && is_word_char(code.data[at]))
            at++;
        if (is_call(code, start, at))
            check_word(file, (tn_str){code.data + start, at - start}, findings);
    }
}

void tidy_check_lines(const tidy_file *file, tidy_findings *findings) {
    size_t at = 0;
    tn_str line;
    for (size_t start = 0; tidy_next_line(file->raw, &at, &line); start = at) {
        const size_t length = tn_utf8_count(line);
        if (length > TIDY_LINE_MAX)
            tidy_complain(findings, file, start, "%zu characters in a line", length);
    }
}

void tidy_check_tabs(const tidy_file *file, tidy_findings *findings) {
    const char *tab = memchr(file->raw.data, '\t', file->raw.size);
    if (tab != NULL)
        tidy_complain(findings, file, (size_t)(tab - file->raw.data), "a tab character");
}

void tidy_check_marks(const tidy_file *file, tidy_findings *findings) {
    /* In two pieces each, or this file would be found. */
    static const char *const words[] = {"TO"
                                        "DO",
                                        "FIX"
                                        "ME"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const size_t size = strlen(words[i]);
        const char *found = memmem(file->raw.data, file->raw.size, words[i], size);
        if (found != NULL)
            tidy_complain(findings, file, (size_t)(found - file->raw.data),
                          "unfinished work belongs in an issue");
    }
}

/* The guard of a header; empty when it has none. */
static tn_str guard_of(const tidy_file *file) {
    tn_str lines[2] = {{"", 0}, {"", 0}};
    tn_str last = {"", 0};
    size_t count = 0;
    size_t at = 0;
    for (tn_str line; tidy_next_line(file->code, &at, &line);) {
        while (line.size > 0 && line.data[line.size - 1] == ' ')
            line.size--;
        if (line.size == 0) continue;
        if (count < 2) lines[count++] = line;
        last = line;
    }
    const tn_str none = {"", 0};
    if (!tidy_starts_with(lines[0], "#ifndef ") || !tidy_starts_with(lines[1], "#define "))
        return none;
    const tn_str first = {lines[0].data + 8, lines[0].size - 8};
    const tn_str second = {lines[1].data + 8, lines[1].size - 8};
    return tn_str_equal(first, second) && tn_str_is(last, "#endif") ? first : none;
}

static bool is_header(const tidy_file *file) {
    return tidy_ends_with(tn_str_of(file->path), ".h");
}

void tidy_check_guard(const tidy_file *file, tidy_findings *findings) {
    if (is_header(file) && guard_of(file).size == 0)
        tidy_complain(findings, file, 0, "no include guard around the whole header");
}

void tidy_check_guards_differ(const tidy_files *files, tidy_findings *findings) {
    for (size_t i = 0; i < files->count; i++) {
        const tn_str guard =
            is_header(&files->items[i]) ? guard_of(&files->items[i]) : (tn_str){"", 0};
        for (size_t j = 0; guard.size > 0 && j < i; j++) {
            if (is_header(&files->items[j]) && tn_str_equal(guard, guard_of(&files->items[j])))
                tidy_complain(findings, &files->items[i], 0, "has the guard of %s",
                              files->items[j].path);
        }
    }
}

static tn_str folder_of(const char *path) {
    return (tn_str){path, (size_t)(strrchr(path, '/') - path)};
}

static tn_str stem_of(const char *path) {
    const char *name = strrchr(path, '/') + 1;
    const char *dot = strrchr(name, '.');
    return (tn_str){name, dot == NULL ? strlen(name) : (size_t)(dot - name)};
}

void tidy_check_stems(const tidy_files *files, tidy_findings *findings) {
    for (size_t i = 0; i < files->count; i++) {
        const char *path = files->items[i].path;
        for (size_t j = 0; j < i; j++) {
            const char *other = files->items[j].path;
            if (tn_str_equal(stem_of(path), stem_of(other)) &&
                !tn_str_equal(folder_of(path), folder_of(other)))
                tidy_complain(findings, &files->items[i], 0, "%s has the same stem", other);
        }
    }
}

/* Passes a preprocessor line with its continuations. */
static size_t skip_directive(tn_str code, size_t at) {
    while (at < code.size && !(code.data[at] == '\n' && code.data[at - 1] != '\\'))
        at++;
    return at;
}

/* True when the brace at `at` opens a function: its parameters, and nothing else, stand before. */
static bool opens_function(tn_str code, size_t at) {
    while (at > 0 && isspace((unsigned char)code.data[at - 1]))
        at--;
    return at > 0 && code.data[at - 1] == ')';
}

void tidy_functions(const tidy_file *file, void (*visit)(void *context, const tidy_function *of),
                    void *context) {
    const tn_str code = file->code;
    size_t depth = 0;
    size_t outer = 0; /* braces of extern "C" */
    size_t opened = 0;
    bool is_function = false;
    for (size_t at = 0; at < code.size; at++) {
        const char c = code.data[at];
        const bool starts_line = at == 0 || code.data[at - 1] == '\n';
        if (c == '#' && starts_line) {
            at = skip_directive(code, at);
        } else if (c == '{') {
            if (depth == outer) {
                opened = at;
                is_function = opens_function(code, at);
                if (!is_function && at > 0 &&
                    tidy_ends_with((tn_str){code.data, at}, "extern \" \" "))
                    outer++;
            }
            depth++;
        } else if (c == '}' && depth > 0) {
            depth--;
            if (depth < outer) outer = depth;
            if (depth != outer || !is_function) continue;
            const size_t lines = tidy_line_of(code, at) - tidy_line_of(code, opened) + 1;
            visit(context, &(tidy_function){file, opened, lines});
            is_function = false;
        }
    }
}

typedef struct function_census {
    size_t count;
    size_t long_count;
    tidy_findings *findings; /* NULL while counting */
} function_census;

static void count_function(void *context, const tidy_function *function) {
    function_census *census = context;
    census->count++;
    if (function->lines <= TIDY_FUNCTION_LINES_MAX) return;
    census->long_count++;
    if (census->findings != NULL)
        tidy_complain(census->findings, function->file, function->offset,
                      "a function of %zu lines; the guide is %d", function->lines,
                      TIDY_FUNCTION_LINES_MAX);
}

void tidy_check_functions(const tidy_files *files, tidy_findings *findings) {
    function_census census = {0};
    for (size_t i = 0; i < files->count; i++)
        tidy_functions(&files->items[i], count_function, &census);
    if (census.long_count * 100 <= census.count * (100 - TIDY_FUNCTION_SHARE)) return;
    census.findings = findings;
    for (size_t i = 0; i < files->count; i++)
        tidy_functions(&files->items[i], count_function, &census);
}
