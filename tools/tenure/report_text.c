/* report_text.c: the report for people: some fifty lines of a hundred columns, most of them in two
 * panes side by side. */
#include "report.h"

#include "bars.h"
#include "base/bytes.h"
#include "base/calendar.h"
#include "cli.h"
#include "explain_text.h"
#include "figures.h"
#include "fit_text.h"
#include "text_table.h"
#include "trust_text.h"

#include <math.h>
#include <stdio.h>

enum {
    WIDTH = 100,
    PANE = 52,       /* where the right one of two like panes starts */
    TRUST_PANE = 64, /* … beside the holdout test */
    BEST_PANE = 62,  /* … beside the best customers */
    NAME_WIDTH = 18,
    BAR = 6,
    WARNINGS_SHOWN = 6,
    LINES_SHOWN = 6
};

static double share_of(uint64_t part, uint64_t whole) {
    return whole == 0 ? (double)NAN : (double)part / (double)whole;
}

static const char *unit_name(const tn_report *report) {
    return report->inputs->info->unit_is_week ? "weeks" : "days";
}

/* ---- what was read ---- */

static void append_title(const tn_report *report, tn_buffer *out) {
    const tn_inputs *inputs = report->inputs;
    const tn_engine_info *info = inputs->info;
    char as_of[TN_TIME_TEXT_SIZE];
    tn_time_format(inputs->as_of_ms, as_of);
    tn_buffer_append(out, info->model_name.data, info->model_name.size);
    tn_buffer_printf(out, ": %s customers as of %s", tn_figure_count(report->customers).text,
                     inputs->as_of_is_date ? inputs->as_of : as_of);
    tn_buffer_printf(out, " (%.*s)  %u threads, %s\n\n", (int)info->timezone.size,
                     info->timezone.data, info->threads, info->isa);
}

static void append_account(tn_text_table *table, const tn_load_account *account) {
    const double rate = account->seconds > 0 ? (double)account->rows / account->seconds : 0;
    tn_text_table_name(table, tn_str_of(account->file), 40);
    tn_text_table_cell(table, "%s", tn_figure_count(account->rows).text);
    tn_text_table_cell(table, "%s", tn_figure_count(account->applied).text);
    tn_text_table_cell(table, "%s", tn_figure_count(account->rejected).text);
    tn_text_table_cell(table, "%s", tn_figure_count(account->after_as_of).text);
    tn_text_table_cell(table, "%s", tn_figure_seconds(account->seconds).text);
    tn_text_table_cell(table, "%s", tn_figure_short(rate).text);
}

static void append_steps(const tn_report *report, tn_buffer *out) {
    const tn_inputs *inputs = report->inputs;
    tn_buffer_printf(out, "  steps: load %s", tn_figure_seconds(inputs->load_seconds).text);
    if (inputs->has_fit)
        tn_buffer_printf(out, ", fit %s", tn_figure_seconds(inputs->fit.seconds).text);
    tn_buffer_printf(out, ", rescore %s", tn_figure_seconds(inputs->rescore_seconds).text);
    tn_buffer_printf(out, ", report %s", tn_figure_seconds(report->seconds).text);
    if (report->rows_path != NULL)
        tn_buffer_printf(out, ", %s rows to %s %s", tn_figure_count(report->rows_written).text,
                         tn_cli_file_name(report->rows_path),
                         tn_figure_seconds(report->rows_seconds).text);
    tn_buffer_append_char(out, '\n');
}

static void append_memory(const tn_report *report, tn_buffer *out) {
    const tn_engine_stats *stats = &report->stats;
    if (stats->customers == 0) return;
    tn_buffer_printf(out, "  memory: %s MiB, %s bytes a customer\n",
                     tn_figure_decimal((double)stats->memory_bytes / (1 << 20), 1).text,
                     tn_figure_count(stats->memory_bytes / stats->customers).text);
}

static void append_reading(const tn_report *report, tn_buffer *out) {
    tn_text_table table;
    tn_text_table_init(&table, "lrrrrrr");
    tn_text_table_row(&table, (const char *const[]){"READ", "rows", "applied", "rejected",
                                                    "after as-of", "time", "rows/s"});
    for (size_t i = 0; i < report->inputs->account_count; i++)
        append_account(&table, &report->inputs->accounts[i]);
    tn_text_table_render(&table, 0, out);
    tn_text_table_deinit(&table);
    append_steps(report, out);
    append_memory(report, out);
    tn_buffer_append_char(out, '\n');
}

/* ---- the fit ---- */

static void append_fit(const tn_report *report, tn_buffer *out) {
    const tn_inputs *inputs = report->inputs;
    if (!inputs->info->has_clv) return;
    tn_purchase_parameters purchases;
    tn_spend_parameters spend;
    tn_buffer_printf(out, "FIT (unit: %s)\n", unit_name(report));
    if (!tn_engine_parameters(inputs->engine, &purchases, &spend)) {
        tn_buffer_append_str(out, "  no parameters: ");
        tn_buffer_append_str(out, inputs->has_fit ? inputs->fit.purchases.report.verdict
                                                  : "there is nothing to fit");
        tn_buffer_append_str(out, "\n\n");
        return;
    }
    const bool fitted_purchases = inputs->has_fit && inputs->fit.has_purchases;
    const bool fitted_spend = inputs->has_fit && inputs->fit.has_spend;
    const tn_fit_view first = tn_fit_view_purchases(
        &purchases, fitted_purchases ? &inputs->fit.purchases.report : NULL, (double)NAN);
    tn_fit_append_line(&first, "purchases", out);
    if (spend.model != TN_SPEND_NONE) {
        const tn_fit_view second =
            tn_fit_view_spend(&spend, fitted_spend ? &inputs->fit.spend.report : NULL, (double)NAN);
        tn_fit_append_line(&second, "spend", out);
    }
    tn_buffer_append_char(out, '\n');
}

/* ---- can you trust it ---- */

static void append_trust(const tn_report *report, tn_buffer *out) {
    tn_buffer_append_str(out, "CAN YOU TRUST IT?\n");
    tn_trust_append_text(&report->trust, unit_name(report), TRUST_PANE - 2, out);
}

/* ---- what is the base worth ---- */

static void append_worth(const tn_report *report, tn_buffer *out) {
    const tn_str currency = report->inputs->info->currency;
    const double total = tn_total_value(&report->value);
    tn_buffer_printf(out, "WORTH %.*s in the next %.4g %s\n", (int)currency.size, currency.data,
                     report->inputs->info->clv_terms.horizon, unit_name(report));
    if (report->value.count == 0) {
        tn_buffer_append_str(out, "  no customer has a CLV\n");
        return;
    }
    tn_buffer_printf(out, "  total %s of %s\n", tn_figure_money(total).text,
                     tn_figure_count(report->value.count).text);
    tn_buffer_printf(out, "  mean %s, median %s\n",
                     tn_figure_money(tn_total_mean(&report->value)).text,
                     tn_figure_money(report->median).text);
    tn_text_table table;
    tn_text_table_init(&table, "rrrl");
    for (unsigned i = 0; i < TN_REPORT_TENTHS; i++) {
        const double share = total > 0 ? report->tenths[i] / total : 0;
        tn_text_table_cell(&table, "%s %u", i == 0 ? "tenth" : "", i + 1);
        tn_text_table_cell(&table, "%s", tn_figure_short(report->tenths[i]).text);
        tn_text_table_cell(&table, "%s", tn_figure_share(share).text);
        tn_text_table_cell(&table, "%s", tn_bar_of(share, 10).text);
    }
    tn_text_table_render(&table, 2, out);
    tn_text_table_deinit(&table);
}

/* ---- stages ---- */

static void stage_row(const tn_report *report, const tn_report_levels *levels, size_t i,
                      tn_text_table *table) {
    const tn_report_group *group = &levels->groups[i];
    const double share = share_of(group->count, report->customers);
    char name[TN_NAME_SIZE_MAX * 2];
    snprintf(name, sizeof name, "%s%.*s",
             group->is_exit && i < levels->column->level_count ? "⤷ " : "", (int)group->name.size,
             group->name.data);
    tn_text_table_name(table, tn_str_of(name), NAME_WIDTH);
    tn_text_table_cell(table, "%s", tn_figure_count(group->count).text);
    tn_text_table_cell(table, "%s", tn_figure_percent(share).text);
    tn_text_table_cell(table, "%s", tn_bar_of(share, BAR).text);
    if (group->is_exit || i == 0)
        tn_text_table_cell(table, "%s", "");
    else
        tn_text_table_cell(table, "%s",
                           tn_figure_share(share_of(tn_report_reached(levels, i),
                                                    tn_report_reached(levels, i - 1)))
                               .text);
}

static void append_stages(const tn_report *report, const tn_report_levels *levels, tn_buffer *out) {
    char title[TN_NAME_SIZE_MAX * 2];
    snprintf(title, sizeof title, "%.*s", (int)levels->column->name.size,
             levels->column->name.data);
    for (char *c = title; *c != '\0'; c++)
        if (*c == '.') *c = ' ';
    tn_text_table table;
    tn_text_table_init(&table, "lrrlr");
    table.gap = 1;
    tn_text_table_name(&table, tn_str_of(title), NAME_WIDTH);
    tn_text_table_cell(&table, "customers");
    tn_text_table_cell(&table, "%%");
    tn_text_table_cell(&table, "%-*s", BAR, "");
    tn_text_table_cell(&table, "step");
    for (size_t i = 0; i < levels->group_count; i++) {
        const bool is_null = i == levels->column->level_count;
        if (is_null && levels->groups[i].count == 0) continue;
        stage_row(report, levels, i, &table);
    }
    tn_text_table_render(&table, 0, out);
    tn_text_table_deinit(&table);
}

static void append_all_stages(const tn_report *report, tn_buffer *out) {
    for (size_t i = 0; i < report->stage_count; i += 2) {
        tn_buffer left;
        tn_buffer right;
        tn_buffer_init(&left, NULL);
        tn_buffer_init(&right, NULL);
        append_stages(report, &report->stages[i], &left);
        if (i + 1 < report->stage_count) append_stages(report, &report->stages[i + 1], &right);
        tn_text_beside(out, &left, &right, PANE);
        tn_buffer_append_char(out, '\n');
        tn_buffer_deinit(&left);
        tn_buffer_deinit(&right);
    }
}

/* ---- segments ---- */

static void append_groups(const tn_report *report, const char *title, const tn_report_group *groups,
                          size_t count, tn_buffer *out) {
    const bool has_value = report->value.count > 0;
    tn_text_table table;
    tn_text_table_init(&table, has_value ? "lrrrr" : "lrr");
    table.gap = 1;
    tn_text_table_row(&table, (const char *const[]){title, "customers", "%", "mean CLV", "total"});
    for (size_t i = 0; i < count; i++) {
        const tn_report_group *group = &groups[i];
        tn_text_table_name(&table, group->label.size > 0 ? group->label : group->name, NAME_WIDTH);
        tn_text_table_cell(&table, "%s", tn_figure_count(group->count).text);
        tn_text_table_cell(&table, "%s",
                           tn_figure_percent(share_of(group->count, report->customers)).text);
        if (!has_value) continue;
        tn_text_table_cell(&table, "%s", tn_figure_short(tn_total_mean(&group->value)).text);
        tn_text_table_cell(&table, "%s", tn_figure_short(tn_total_value(&group->value)).text);
    }
    tn_text_table_render(&table, 0, out);
    tn_text_table_deinit(&table);
}

static void append_segments(const tn_report *report, tn_buffer *out) {
    tn_buffer left;
    tn_buffer right;
    tn_buffer_init(&left, NULL);
    tn_buffer_init(&right, NULL);
    if (report->rfm != NULL) {
        const tn_report_levels *rfm = report->rfm;
        const bool has_null = rfm->groups[rfm->group_count - 1].count > 0;
        append_groups(report, "RFM SEGMENTS", rfm->groups, rfm->group_count - (has_null ? 0 : 1),
                      &left);
    }
    if (report->segment_count > 0)
        append_groups(report, "SEGMENTS", report->segments, report->segment_count,
                      report->rfm != NULL ? &right : &left);
    if (left.size > 0 || left.failed) {
        tn_text_beside(out, &left, &right, PANE);
        tn_buffer_append_char(out, '\n');
    }
    tn_buffer_deinit(&left);
    tn_buffer_deinit(&right);
}

/* ---- the best customers, and why ---- */

static void best_row(const tn_report *report, const tn_report_best *best, tn_text_table *table) {
    tn_text_table_name(table, (tn_str){best->id, best->id_size}, 16);
    tn_text_table_cell(table, "%s", tn_figure_money(best->rank).text);
    if (report->value.count > 0) {
        tn_text_table_cell(table, "%.3f", best->p_alive);
        tn_text_table_cell(table, "%.1f", best->purchases);
        tn_text_table_cell(table, "%s", tn_figure_money(best->spend).text);
    }
    tn_text_table_name(table, tn_str_of(best->stage), NAME_WIDTH);
}

static void append_best(const tn_report *report, tn_buffer *out) {
    const bool has_value = report->value.count > 0;
    tn_text_table table;
    tn_text_table_init(&table, has_value ? "lrrrrl" : "lrl");
    if (has_value)
        tn_text_table_row(&table, (const char *const[]){"BEST CUSTOMERS", "CLV", "P(alive)", "buys",
                                                        "spend", "stage"});
    else
        tn_text_table_row(&table, (const char *const[]){"BEST CUSTOMERS", "score", "stage"});
    for (size_t i = 0; i < report->best_count; i++)
        best_row(report, &report->best[i], &table);
    tn_text_table_render(&table, 0, out);
    tn_text_table_deinit(&table);
}

/* A score made of rules says more than one made of an expression. */
static const tn_explain_score *telling_score(const tn_explanation *explanation) {
    for (size_t i = 0; i < explanation->score_count; i++) {
        if (explanation->scores[i].line_count > 1) return &explanation->scores[i];
    }
    return explanation->score_count == 0 ? NULL : &explanation->scores[0];
}

static void append_score(const tn_explain_score *score, tn_buffer *out) {
    tn_text_table table;
    tn_text_table_init(&table, "lr");
    size_t shown = 0;
    double rest = 0;
    for (size_t i = 0; i < score->line_count; i++) {
        const tn_explain_line *line = &score->lines[i];
        if (line->units == 0) continue;
        if (shown == LINES_SHOWN) {
            rest += tn_explain_points(line->units);
            continue;
        }
        tn_buffer name;
        tn_buffer_init(&name, NULL);
        tn_explain_append_name(score, line, &name);
        tn_text_table_buffer(&table, &name, 24);
        tn_buffer_deinit(&name);
        tn_text_table_cell(&table, "%+.2f", tn_explain_points(line->units));
        shown++;
    }
    if (rest != 0) {
        tn_text_table_cell(&table, "others");
        tn_text_table_cell(&table, "%+.2f", rest);
    }
    tn_text_table_cell(&table, "= %.*s", (int)score->name.size, score->name.data);
    tn_text_table_cell(&table, "%.2f", tn_explain_points(score->units));
    tn_text_table_render(&table, 2, out);
    tn_text_table_deinit(&table);
}

static void append_explanation(const tn_report *report, tn_buffer *out) {
    const tn_explanation *explanation = report->explanation;
    if (explanation == NULL) return;
    tn_buffer_append_str(out, "WHY ");
    tn_text_append_cut(out, explanation->id, 28);
    tn_buffer_append_char(out, '\n');
    if (explanation->has_summary)
        tn_buffer_printf(out, "  x %g, t_x %.2f, T %.2f, m %s\n", explanation->summary.x,
                         explanation->summary.t_x, explanation->summary.T,
                         tn_figure_money(explanation->summary.m).text);
    const tn_explain_score *score = telling_score(explanation);
    if (score != NULL) append_score(score, out);
}

/* ---- warnings ---- */

static void append_warnings(const tn_report *report, tn_buffer *out) {
    const char *line = report->warnings.data;
    const char *end = line + report->warnings.size;
    if (report->warnings.size == 0) return;
    tn_buffer_append_str(out, "\nWARNINGS\n");
    size_t count = 0;
    for (; line < end; count++) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        if (count < WARNINGS_SHOWN)
            tn_text_wrap(out, "  ", (tn_str){line, (size_t)(stop - line)}, WIDTH);
        line = stop + 1;
    }
    if (count > WARNINGS_SHOWN)
        tn_buffer_printf(out, "  and %zu more: tenure check --data shows all\n",
                         count - WARNINGS_SHOWN);
}

/* Renders two panes side by side. */
static void append_panes(const tn_report *report, void (*left)(const tn_report *, tn_buffer *),
                         void (*right)(const tn_report *, tn_buffer *), size_t left_width,
                         tn_buffer *out) {
    tn_buffer panes[2];
    tn_buffer_init(&panes[0], NULL);
    tn_buffer_init(&panes[1], NULL);
    left(report, &panes[0]);
    right(report, &panes[1]);
    tn_text_beside(out, &panes[0], &panes[1], left_width);
    tn_buffer_deinit(&panes[0]);
    tn_buffer_deinit(&panes[1]);
}

void tn_report_append_text(const tn_report *report, tn_buffer *out) {
    append_title(report, out);
    append_reading(report, out);
    append_fit(report, out);
    if (report->inputs->info->has_clv) {
        append_panes(report, append_trust, append_worth, TRUST_PANE, out);
        tn_buffer_append_char(out, '\n');
    }
    append_all_stages(report, out);
    append_segments(report, out);
    if (report->best_count > 0)
        append_panes(report, append_best, append_explanation, BEST_PANE, out);
    append_warnings(report, out);
}
