/* The ceiling: what a good C programmer writes for one workload, with the chip's integers and nothing else.
 *
 * No probes, no overflow counters, no wraps (the workloads stay inside every field), no per-neuron parameters. State, and the number of spikes, must equal the emulator's to the bit.
 */
#include <stdint.h>
#include <string.h>

#define BLOCK 1024
#define INLINE static inline __attribute__((always_inline))

typedef struct {
    int32_t keep_u, keep_v; /* 4096 - decay */
    int32_t bias, vth;      /* in units of v */
    int32_t period;         /* steps from a spike until v integrates again */
    int32_t shift;          /* a stored weight is worth weight << shift in units of u */
} Cell;

/* x * keep / 4096 towards zero, by halves: the product needs 36 bits, each half fits in 32. */
INLINE int32_t decay(int32_t x, int32_t keep)
{
    int32_t round = (x >> 31) & 0xFFF; /* a negative quotient is rounded up */
    return (x >> 12) * keep + (((x & 0xFFF) * keep + round) >> 12);
}

/* One step of a block: fires[i] is 1 where neuron i spikes. `q` and `rest` are used where the flags say so. */
INLINE void advance(int64_t m, int32_t *restrict u, int32_t *restrict v, int8_t *restrict rest, int32_t *restrict q,
                    uint8_t *restrict fires, Cell c, int driven, int refractory)
{
    for (int64_t i = 0; i < m; i++) {
        int32_t current = decay(u[i], c.keep_u) + (driven ? q[i] << c.shift : 0);
        int32_t voltage = decay(v[i], c.keep_v) + current + c.bias;
        int32_t waiting = refractory ? rest[i] : 0;
        voltage = waiting ? 0 : voltage;
        int32_t spiked = voltage > c.vth;
        u[i] = current;
        v[i] = spiked ? 0 : voltage;
        fires[i] = (uint8_t)spiked;
        if (driven)
            q[i] = 0;
        if (refractory) {
            int32_t left = (spiked ? c.period : waiting) - 1;
            rest[i] = (int8_t)(left > 0 ? left : 0);
        }
    }
}

/* One step of n neurons, block by block: writes the indices of those that spike, returns how many. */
INLINE int64_t update(int64_t n, int32_t *u, int32_t *v, int8_t *rest, int32_t *q, Cell c, int32_t *spiked, int driven,
                      int refractory)
{
    uint8_t fires[BLOCK] __attribute__((aligned(64)));
    int64_t count = 0;
    for (int64_t first = 0; first < n; first += BLOCK) {
        int64_t m = n - first < BLOCK ? n - first : BLOCK, w = 0;
        advance(m, u + first, v + first, rest + first, q + first, fires, c, driven, refractory);
        for (; w + 8 <= m; w += 8) {
            uint64_t word;
            memcpy(&word, fires + w, 8);
            for (; word; word &= word - 1)
                spiked[count++] = (int32_t)(first + w + (__builtin_ctzll(word) >> 3));
        }
        for (; w < m; w++)
            if (fires[w])
                spiked[count++] = (int32_t)(first + w);
    }
    return count;
}

/* Neurons without synapses. Returns the number of spikes, as all below do. */
int64_t plain(int64_t steps, int64_t n, int32_t *u, int32_t *v, const Cell *cell, int32_t *spiked)
{
    int64_t total = 0;
    for (int64_t t = 0; t < steps; t++)
        total += update(n, u, v, 0, 0, *cell, spiked, 0, 0);
    return total;
}

/* A recurrent population, with refractory periods where they are longer than one step; a synapse is one word,
 * target | weight << 16. A row is asked for while the one so many before it is added, a cache line at a time. */
int64_t recurrent(int64_t steps, int64_t n, int32_t *u, int32_t *v, int8_t *rest, int32_t *q, const Cell *cell,
                  const int64_t *row, const uint32_t *word, int32_t *spiked)
{
    enum { AHEAD = 3, LINE = 16 };
    int64_t total = 0;
    for (int64_t t = 0; t < steps; t++) {
        int64_t count = cell->period > 1 ? update(n, u, v, rest, q, *cell, spiked, 1, 1)
                                         : update(n, u, v, rest, q, *cell, spiked, 1, 0);
        for (int64_t k = 0; k < count; k++) {
            const uint32_t *w = word + row[spiked[k]], *end = word + row[spiked[k] + 1];
            const uint32_t *later = word + row[spiked[k + AHEAD < count ? k + AHEAD : count - 1]];
            for (; w + LINE <= end; w += LINE, later += LINE) {
                __builtin_prefetch(later);
#pragma GCC unroll 16
                for (int i = 0; i < LINE; i++)
                    q[w[i] & 0xFFFF] += (int32_t)w[i] >> 16;
            }
            for (; w < end; w++)
                q[*w & 0xFFFF] += (int32_t)*w >> 16;
        }
        total += count;
    }
    return total;
}

/* The same with delays. A row is sorted by delay: a header, how many synapses | steps until the next ones << 24 (0 for
 * the last), then words, target | weight << bits. first[i] is where row i begins, its least delay above it. For each of
 * the last `lists` steps `log` has what its spikes wait for, in the same form; so all weights go into one slot. */
int64_t delayed(int64_t steps, int64_t n, int32_t *u, int32_t *v, int8_t *rest, int32_t *q, const Cell *cell,
                const int64_t *first, const uint32_t *word, int64_t bits, int64_t lists, int64_t *log, int64_t *length,
                int32_t *spiked, int64_t begin)
{
    enum { BATCH = 256, AHEAD = 12, NEAR = 6, LINES = 12 };
    const int64_t place = ((int64_t)1 << 56) - 1;
    const uint32_t mask = ((uint32_t)1 << bits) - 1;
    int64_t total = 0;
    for (int64_t t = begin; t < begin + steps; t++) {
        int64_t count = cell->period > 1 ? update(n, u, v, rest, q, *cell, spiked, 1, 1)
                                         : update(n, u, v, rest, q, *cell, spiked, 1, 0);
        int64_t *mine = log + t % lists * n, kept = 0, due[BATCH], *at[BATCH];
        for (int64_t k = 0; k < count; k++) {
            mine[kept] = first[spiked[k]];
            kept += mine[kept] >= 0;
        }
        length[t % lists] = kept;
        for (int64_t age = 0, found = 0; age <= lists; age++) {
            int64_t list = ((t - age) % lists + lists) % lists, *entry = log + list * n, k = 0;
            int64_t end = age < lists ? length[list] : 0;
            kept = 0;
            do {
                for (; k < end && found < BATCH; k++) {
                    entry[kept] = due[found] = entry[k];
                    at[found] = entry + kept;
                    found += due[found] >> 56 == age;
                    kept += entry[kept] >= 0;
                }
                if (found < BATCH && age < lists)
                    continue;
                for (int64_t j = 0; j < found; j++) {
                    if (j + AHEAD < found)
                        __builtin_prefetch(word + (due[j + AHEAD] & place));
                    if (j + NEAR < found) {
                        const uint32_t *next = word + (due[j + NEAR] & place);
                        int64_t words = (*next & 0xFFFFFF) < 16 * LINES ? (*next & 0xFFFFFF) : 16 * LINES;
                        for (int64_t w = 16; w < words + 16; w += 16)
                            __builtin_prefetch(next + w);
                    }
                    const uint32_t *w = word + (due[j] & place), header = *w++, *last = w + (header & 0xFFFFFF);
#pragma GCC unroll 8
                    for (; w < last; w++)
                        q[*w & mask] += (int32_t)*w >> bits;
                    int64_t gap = header >> 24;
                    *at[j] = gap ? (last - word) | ((due[j] >> 56) + gap) << 56 : -1;
                }
                found = 0;
            } while (k < end);
            if (age < lists)
                length[list] = kept;
        }
        total += count;
    }
    return total;
}

/* Add the rows of bytes of `rows` neurons (a constant, at most 8) to q: sums of bytes fit in 16 bits. */
INLINE void add_group(int rows, const int32_t *index, int64_t width, const int8_t *weight, int32_t *restrict q)
{
    const int8_t *row[8];
    for (int j = 0; j < rows; j++)
        row[j] = weight + index[j] * width;
    for (int64_t i = 0; i < width; i++) {
        int16_t sum = 0;
#pragma GCC unroll 8
        for (int j = 0; j < rows; j++)
            sum = (int16_t)(sum + row[j][i]);
        q[i] += sum;
    }
}

/* Add the rows of all listed neurons to q, eight a pass as long as there are so many. */
INLINE void add_rows(int64_t count, const int32_t *index, int64_t width, const int8_t *weight, int32_t *q)
{
    int64_t k = 0;
    for (; k + 8 <= count; k += 8)
        add_group(8, index + k, width, weight, q);
    if (k + 4 <= count) {
        add_group(4, index + k, width, weight, q);
        k += 4;
    }
    if (k + 2 <= count) {
        add_group(2, index + k, width, weight, q);
        k += 2;
    }
    if (k < count)
        add_group(1, index + k, width, weight, q);
}

/* A recurrent population with a weight of one byte from each neuron to each. */
int64_t recurrent_dense(int64_t steps, int64_t n, int32_t *u, int32_t *v, int32_t *q, const Cell *cell,
                        const int8_t *weights, int32_t *spiked)
{
    int64_t total = 0;
    for (int64_t t = 0; t < steps; t++) {
        int64_t count = update(n, u, v, 0, q, *cell, spiked, 1, 0);
        add_rows(count, spiked, n, weights, q);
        total += count;
    }
    return total;
}

/* Two layers of n neurons each: events of step t are event[start[t]] .. event[start[t + 1] - 1]. */
int64_t layers(int64_t steps, int64_t n, int32_t *u, int32_t *v, int32_t *q, const Cell *cell, const int64_t *start,
               const int32_t *event, const int8_t *first_weights, const int8_t *second_weights, int32_t *spiked)
{
    int64_t total = 0;
    for (int64_t t = 0; t < steps; t++) {
        add_rows(start[t + 1] - start[t], event + start[t], n, first_weights, q);
        int64_t count = update(n, u, v, 0, q, cell[0], spiked, 1, 0);
        total += count + update(n, u + n, v + n, 0, q + n, cell[1], spiked + n, 1, 0);
        add_rows(count, spiked, n, second_weights, q + n);
    }
    return total;
}
