#include "unit/expr/docs_reader.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static void trim(char *line) {
    size_t size = strlen(line);
    while (size > 0 && (line[size - 1] == '\n' || line[size - 1] == ' '))
        size--;
    line[size] = '\0';
}

static char *behind_blanks(char *line) {
    return line + strspn(line, " ");
}

/* A line with an arrow is an example; a line that is indented says why the line before is refused.
 */
static size_t read_line(char *line, char *before, docs_example *example) {
    static const char arrow[] = "\xE2\x86\x92";
    char *found = strstr(line, arrow);
    if (found != NULL) {
        *found = '\0';
        trim(line);
        example(line, behind_blanks(found + strlen(arrow)));
        return 1;
    }
    if (line[0] == ' ') {
        example(before, behind_blanks(line));
        return 1;
    }
    strcpy(before, line);
    return 0;
}

size_t docs_read(const char *fence, docs_example *example) {
    char line[1024];
    char before[1024] = "";
    char start[64];
    bool inside = false;
    size_t count = 0;
    FILE *file = fopen(TN_SOURCE_DIR "/docs/expressions.md", "r");
    if (file == NULL) return 0;
    snprintf(start, sizeof start, "```%s", fence);
    while (fgets(line, sizeof line, file) != NULL) {
        trim(line);
        if (strncmp(line, "```", 3) == 0) {
            inside = strcmp(line, start) == 0;
        } else if (inside) {
            count += read_line(line, before, example);
        }
    }
    fclose(file);
    return count;
}
