/* gammagamma.c: the spend models' predictions. */
#include <math.h>
#include <tenure/btyd.h>

double tn_expected_spend(const tn_spend_parameters *parameters, double x, double m) {
    switch (parameters->model) {
    case TN_SPEND_GAMMA_GAMMA: {
        const double p = parameters->p[0];
        const double q = parameters->p[1];
        const double v = parameters->p[2];
        /* q - 1 first: it is exact near 1, where the mean of x = 0 lives. */
        return x > 0 ? p * (v + x * m) / (p * x + (q - 1)) : p * v / (q - 1);
    }
    case TN_SPEND_MEAN:
        return x > 0 ? m : parameters->mean_of_repeaters;
    case TN_SPEND_NONE:
    case TN_SPEND_MODEL_COUNT:
        break;
    }
    return 0;
}
