/* The ceiling of learning: what a good C programmer writes for two workloads, with the chip's integers and nothing else.
 *
 * Weights are bytes, one row per source; excitatory, full precision. No saturation that cannot happen, no delays, no other
 * rules. Weights, traces and neurons must equal the emulator's to the bit, random numbers included.
 */
#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))
#define WIDE 64

typedef struct {
    int64_t seed, stream;   /* of the random numbers */
    int32_t keep_x, keep_y; /* of 4096 */
    int32_t up_x, up_y;     /* whole impulses */
    int32_t bias, vth, shift;
} Plastic;

/* Philox4x32-10: word i of a stream, in order; counters go through the rounds WIDE at a time. */
static void draw(int64_t n, uint32_t *restrict out, uint64_t key, int64_t stream, int64_t step)
{
    uint32_t c0[WIDE], c1[WIDE], c2[WIDE], c3[WIDE];
    for (int64_t first = 0; first < n; first += 4 * WIDE) {
        uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
        int64_t m = (n - first + 3) / 4 < WIDE ? (n - first + 3) / 4 : WIDE;
        for (int64_t j = 0; j < m; j++) {
            c0[j] = (uint32_t)(first / 4 + j);
            c1[j] = (uint32_t)step;
            c2[j] = 0;
            c3[j] = (uint32_t)((stream & 0xFFFF) | (step >> 32) << 16);
        }
        for (int round = 0; round < 10; round++) {
            for (int64_t j = 0; j < m; j++) {
                uint64_t p = 0xD2511F53ull * c0[j], q = 0xCD9E8D57ull * c2[j];
                uint32_t w1 = c1[j], w3 = c3[j];
                c0[j] = (uint32_t)(q >> 32) ^ w1 ^ k0;
                c1[j] = (uint32_t)q;
                c2[j] = (uint32_t)(p >> 32) ^ w3 ^ k1;
                c3[j] = (uint32_t)p;
            }
            k0 += 0x9E3779B9u;
            k1 += 0xBB67AE85u;
        }
        for (int64_t j = 0; j < m; j++) {
            uint32_t block[4] = {c0[j], c1[j], c2[j], c3[j]};
            memcpy(out + first + 4 * j, block, sizeof block);
        }
    }
}

static uint64_t purpose(int64_t seed, uint64_t number) { return (uint64_t)seed ^ number * 0x9E3779B97F4A7C15ull; }

INLINE void fade(int64_t n, int8_t *restrict x, const uint32_t *restrict random, int32_t keep)
{
    for (int64_t i = 0; i < n; i++)
        x[i] = (int8_t)((x[i] * keep + (int32_t)(random[i] & 0xFFF)) >> 12);
}

INLINE void raise(int64_t count, const int32_t *index, int8_t *x, int32_t up)
{
    for (int64_t k = 0; k < count; k++) {
        int32_t value = x[index[k]] + up;
        x[index[k]] = (int8_t)(value < 127 ? value : 127);
    }
}

INLINE uint8_t settle(int32_t a, int32_t r)
{
    int32_t z = (a + (r & 127)) >> 7;
    return (uint8_t)(z < 0 ? 0 : z > 255 ? 255 : z);
}

/* A whole row: w -= y / 4. Everything fits in 16 bits. */
INLINE void depress(int64_t n, uint8_t *restrict w, const int16_t *restrict y, const uint16_t *restrict r, uint16_t own)
{
    for (int64_t i = 0; i < n; i++) {
        int16_t a = (int16_t)((w[i] << 7) - y[i]), z = (int16_t)((int16_t)(a + ((uint16_t)(r[i] + own) & 127)) >> 7);
        w[i] = (uint8_t)(z < 0 ? 0 : z);
    }
}

/* The weights of this step's events. */
INLINE void deliver(int64_t n, int64_t count, const int32_t *pre, const uint8_t *w, int32_t *q, int32_t shift)
{
    for (int64_t k = 0; k < count; k++) {
        const uint8_t *row = w + pre[k] * n;
        for (int64_t i = 0; i < n; i++)
            q[i] += row[i] >> shift;
    }
}

/* Decay of both sides, then the impulses of those that spiked. */
INLINE void traces(int64_t n, int8_t *x, int8_t *y, int64_t count, const int32_t *pre, int64_t fired,
                   const int32_t *spiked, uint32_t *random, const Plastic *p, int64_t t)
{
    draw(n, random, purpose(p->seed, 1), p->stream, t);
    fade(n, x, random, p->keep_x);
    draw(n, random, purpose(p->seed, 2), p->stream, t);
    fade(n, y, random, p->keep_y);
    raise(count, pre, x, p->up_x);
    raise(fired, spiked, y, p->up_y);
}

/* Current, voltage and spikes, and how many. */
INLINE int64_t neurons(int64_t n, int32_t *u, int32_t *v, int32_t *q, int32_t *spiked, const Plastic *p)
{
    int64_t fired = 0;
    for (int64_t i = 0; i < n; i++) {
        u[i] = q[i] * 64;
        q[i] = 0;
        int32_t voltage = v[i] + u[i] + p->bias, fires = voltage > p->vth;
        v[i] = fires ? 0 : voltage;
        spiked[fired] = (int32_t)i;
        fired += fires;
    }
    return fired;
}

/* Pair STDP, w += x / 4 at a target's spike and w -= y / 4 at a source's, rounded at random. n sources, n targets. */
int64_t stdp(int64_t steps, int64_t begin, int64_t n, int32_t *u, int32_t *v, uint8_t *w, int8_t *x, int8_t *y,
             const Plastic *p, const int64_t *start, const int32_t *event, int32_t *spiked, int64_t *last,
             uint32_t *random, uint16_t *before, uint16_t *after, int32_t *q, int16_t *fall)
{
    int64_t total = 0, fired = *last;
    uint8_t saved[4096];
    for (int64_t t = begin; t < begin + steps; t++) {
        const int32_t *pre = event + start[t];
        int64_t count = start[t + 1] - start[t];
        deliver(n, count, pre, w, q, p->shift);
        traces(n, x, y, count, pre, fired, spiked, random, p, t);
        if (count + fired) {
            draw((n + 1) / 2, (uint32_t *)before, purpose(p->seed, 6), p->stream, t);
            draw((n + 1) / 2, (uint32_t *)after, purpose(p->seed, 7), p->stream, t);
        }
        for (int64_t i = 0; i < n; i++)
            fall[i] = (int16_t)(y[i] << 5);
        for (int64_t j = 0, k = 0; j < n; j++) {
            uint8_t *row = w + j * n;
            int32_t rise = x[j] << 5;
            if (k < count && pre[k] == j) {
                for (int64_t s = 0; s < fired; s++)
                    saved[s] = row[spiked[s]];
                depress(n, row, fall, after, before[j]);
                for (int64_t s = 0; s < fired; s++) {
                    int32_t risen = (saved[s] << 7) + rise;
                    risen = risen < 32767 ? risen : 32767;
                    row[spiked[s]] = settle(risen - fall[spiked[s]], before[j] + after[spiked[s]]);
                }
                k++;
            } else if (rise) {
                for (int64_t s = 0; s < fired; s++)
                    row[spiked[s]] = settle((row[spiked[s]] << 7) + rise, before[j] + after[spiked[s]]);
            }
        }
        fired = neurons(n, u, v, q, spiked, p);
        total += fired;
    }
    *last = fired;
    return total;
}

/* All synapses in every epoch of one step: w += x y / 8 - w / 32. */
int64_t sweep(int64_t steps, int64_t begin, int64_t n, int32_t *u, int32_t *v, uint8_t *w, int8_t *x, int8_t *y,
              const Plastic *p, const int64_t *start, const int32_t *event, int32_t *spiked, int64_t *last,
              uint32_t *random, uint16_t *before, uint16_t *after, int32_t *q, int16_t *fall)
{
    int64_t total = 0, fired = *last;
    for (int64_t t = begin; t < begin + steps; t++) {
        const int32_t *pre = event + start[t];
        int64_t count = start[t + 1] - start[t];
        deliver(n, count, pre, w, q, p->shift);
        traces(n, x, y, count, pre, fired, spiked, random, p, t);
        draw((n + 1) / 2, (uint32_t *)before, purpose(p->seed, 6), p->stream, t);
        draw((n + 1) / 2, (uint32_t *)after, purpose(p->seed, 7), p->stream, t);
        for (int64_t i = 0; i < n; i++)
            fall[i] = y[i];
        for (int64_t j = 0; j < n; j++) {
            uint8_t *restrict row = w + j * n;
            int32_t rise = x[j] << 4, own = before[j];
            for (int64_t i = 0; i < n; i++) {
                int32_t a = (row[i] << 7) + rise * fall[i];
                a = a < 32767 ? a : 32767;
                a -= row[i] << 2;
                row[i] = (uint8_t)((a + ((own + after[i]) & 127)) >> 7);
            }
        }
        fired = neurons(n, u, v, q, spiked, p);
        total += fired;
    }
    *last = fired;
    return total;
}
