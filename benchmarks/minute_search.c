/* The exhaustive search of one stock in C: the same steps as Bokgi's kernel, written as one would write them in C.
   price: double[session][point], bought and sold at the point's open; written: figures of all pairs in order of purchase, then sale. */
#include <math.h>
#include <stddef.h>

void search_minutes(const double *price, int sessions, int points, double capital, double buy_ppm, double sell_ppm, double tax,
                    double special, double *restrict cash, double *restrict returns, double *restrict total, double *restrict peak,
                    double *restrict deepest, double *restrict trades, double *restrict wins, double *restrict out) {
    size_t pairs = (size_t)points * (points - 1) / 2, place = 0;
    for (int b = 0; b < points - 1; b++) {
        for (int e = b + 1; e < points; e++) {
            cash[e] = peak[e] = capital;
            deepest[e] = 1.0;
            total[e] = trades[e] = wins[e] = 0.0;
        }
        for (int s = 0; s < sessions; s++) {
            const double *row = price + (size_t)s * points;
            double *restrict change = returns + (size_t)s * points;
            double paid_each = row[b], inverse = 1.0 / (paid_each * (1e6 + buy_ppm));
            for (int e = b + 1; e < points; e++) {
                double before = cash[e], shares = floor((before * 1e6 + 999999.5) * inverse);
                double paid = shares * paid_each, got = shares * row[e];
                double costs = floor((paid * buy_ppm + 0.5) * 1e-6) + floor((got * sell_ppm + 0.5) * 1e-6);
                costs += floor((got * tax + 0.5) * 1e-6) + floor((got * special + 0.5) * 1e-6);
                double now = before + (got - paid - costs);
                cash[e] = now;
                trades[e] += shares > 0.0 ? 1.0 : 0.0;
                wins[e] += now > before ? 1.0 : 0.0;
                change[e] = now / before - 1.0;
                total[e] += change[e];
                peak[e] = now > peak[e] ? now : peak[e];
                double ratio = now / peak[e];
                deepest[e] = ratio < deepest[e] ? ratio : deepest[e];
            }
        }
        for (int e = b + 1; e < points; e++) {
            total[e] /= sessions;
            peak[e] = 0.0;
        }
        for (int s = 0; s < sessions; s++) {
            const double *change = returns + (size_t)s * points;
            for (int e = b + 1; e < points; e++) {
                double distance = change[e] - total[e];
                peak[e] += distance * distance;
            }
        }
        for (int e = b + 1; e < points; e++, place++) {
            out[place] = cash[e];
            out[pairs + place] = trades[e];
            out[2 * pairs + place] = wins[e];
            out[3 * pairs + place] = total[e];
            out[4 * pairs + place] = sqrt(peak[e] / (sessions - 1));
            out[5 * pairs + place] = deepest[e] - 1.0;
        }
    }
}
