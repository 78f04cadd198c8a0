/* The R package's orders, scored as it scores them, row by row (SPEC 10). */
#include "support/scoring_base.h"

#include "base/bytes.h"
#include "base/number.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static const char model[] =
    "tenure: 1\n"
    "name: test\n"
    "actions:\n"
    "  order: {value: money}\n"
    "transactions: {action: order, one_per: day, unit: day}\n"
    "rfm:\n"
    "  method: rfm\n"
    "  segments:\n"
    "    Champions:          {recency: [4, 5], frequency: [4, 5], monetary: [4, 5]}\n"
    "    Loyal Customers:    {recency: [2, 5], frequency: [3, 5], monetary: [3, 5]}\n"
    "    Potential Loyalist: {recency: [3, 5], frequency: [1, 3], monetary: [1, 3]}\n"
    "    New Customers:      {recency: [4, 5], frequency: 1, monetary: 1}\n"
    "    Promising:          {recency: [3, 4], frequency: 1, monetary: 1}\n"
    "    Need Attention:     {recency: [2, 3], frequency: [2, 3], monetary: [2, 3]}\n"
    "    About To Sleep:     {recency: [2, 3], frequency: [1, 2], monetary: [1, 2]}\n"
    "    At Risk:            {recency: [1, 2], frequency: [2, 5], monetary: [2, 5]}\n"
    "    Can't Lose Them:    {recency: 1, frequency: [4, 5], monetary: [4, 5]}\n"
    "    Lost:               {recency: [1, 2], frequency: [1, 2], monetary: [1, 2]}\n";

enum { FIELDS_MAX = 8, LINE_MAX_BYTES = 256 };

/* A line of a file without quotes, cut at its commas in place; false at the end. */
static bool read_line(FILE *file, char line[LINE_MAX_BYTES], char *fields[FIELDS_MAX]) {
    if (fgets(line, LINE_MAX_BYTES, file) == NULL) return false;
    line[strcspn(line, "\r\n")] = 0;
    int count = 0;
    for (char *rest = line; rest != NULL && count < FIELDS_MAX;)
        fields[count++] = strsep(&rest, ",");
    return true;
}

static FILE *open_data(const char *name) {
    const char *folder = getenv("TENURE_DATA");
    char path[1024];
    if (folder == NULL) return NULL;
    snprintf(path, sizeof path, "%s/rfm/%s", folder, name);
    FILE *file = fopen(path, "r");
    char line[LINE_MAX_BYTES];
    cr_assert(file != NULL && fgets(line, sizeof line, file) != NULL, "%s", path);
    return file;
}

static void check_bin(const scoring_base *base, char *const *row, const char *column,
                      const char *want) {
    const tn_value bin = scoring_base_value(base, row[0], column);
    cr_assert(!bin.is_null && bin.as.number == atoi(want), "%s of %s: %g instead of %s", column,
              row[0], bin.as.number, want);
}

Test(rfm_data, the_package_rule_reproduces_every_row) {
    FILE *orders = open_data("orders.csv");
    if (orders == NULL) {
        printf("rfm_data: skipped, TENURE_DATA is not set\n");
        return;
    }
    scoring_base base;
    scoring_base_open(&base, model, 3, TN_ISA_BASE);
    char line[LINE_MAX_BYTES], *row[FIELDS_MAX];
    while (read_line(orders, line, row))
        scoring_base_do(&base, row[0], "order", row[1], atof(row[2]));
    fclose(orders);
    scoring_base_as_of(&base, "2006-12-31");
    FILE *expected = open_data("expected_scores.csv");
    int customers = 0, champions = 0, champion_orders = 0;
    double champion_revenue = 0;
    for (; read_line(expected, line, row); customers++) {
        check_bin(&base, row, "rfm.recency", row[4]);
        check_bin(&base, row, "rfm.frequency", row[5]);
        check_bin(&base, row, "rfm.monetary", row[6]);
        const tn_value segment = scoring_base_value(&base, row[0], "rfm.segment");
        cr_assert(!segment.is_null && tn_str_is(segment.as.text, row[7]), "segment of %s", row[0]);
        if (!tn_str_is(segment.as.text, "Champions")) continue;
        champions++;
        champion_orders += atoi(row[2]);
        champion_revenue += atof(row[3]);
    }
    fclose(expected);
    cr_assert_eq(customers, 995);
    cr_assert_eq(champions, 158);
    cr_assert_eq(champion_orders, 1234);
    cr_assert_eq(champion_revenue, 120178);
    scoring_base_close(&base);
}
