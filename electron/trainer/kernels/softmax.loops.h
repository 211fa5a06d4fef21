// Softmax over the part of each row that a position may look at, and the way back:  ds = p (dp - Σ p dp).
// Row i of a [T, T] square looks at 0..i. The largest number is taken off first, so that nothing overflows.

static void causalSoftmaxLoop(In scores, Out p, int64_t positions, int64_t from, int64_t to) {
  float scratch[block], out[block];
  for (int64_t row = from; row < to; row++) {
    const int64_t start = row * positions, length = row % positions + 1;
    float largest = -__builtin_inff();
    for (int64_t at = 0; at < length; at += block) {
      const int64_t n = length - at < block ? length - at : block;
      const float* s = reading(scores, start + at, n, scratch);
#pragma omp simd reduction(max : largest)
      for (int64_t i = 0; i < n; i++) largest = s[i] > largest ? s[i] : largest;
    }
    float sum = 0;
    for (int64_t at = 0; at < length; at += block) {
      const int64_t n = length - at < block ? length - at : block;
      const float* s = reading(scores, start + at, n, scratch);
#pragma omp simd reduction(+ : sum)
      for (int64_t i = 0; i < n; i++) sum += (out[i] = exponential(s[i] - largest));
      if (length <= block) break;  // `out` holds the whole row
    }
    const float scale = 1.0f / sum;
    for (int64_t at = 0; at < positions; at += block) {
      const int64_t n = positions - at < block ? positions - at : block;
      const int64_t seen = length - at < 0 ? 0 : length - at < n ? length - at : n;
      float* result = writing(p, start + at, out);
      if (length <= block) {
        if (at == 0)
#pragma omp simd
          for (int64_t i = 0; i < seen; i++) result[i] = out[i] * scale;
      } else {
        const float* s = reading(scores, start + at, seen, scratch);
#pragma omp simd
        for (int64_t i = 0; i < seen; i++) result[i] = exponential(s[i] - largest) * scale;
      }
      for (int64_t i = seen; i < n; i++) result[i] = 0;
      finish(p, start + at, n, out);
    }
  }
}

static void causalSoftmaxGradientLoop(In p, In dp, Out ds, int64_t positions, int64_t from, int64_t to) {
  float ps[block], dps[block], out[block];
  for (int64_t row = from; row < to; row++) {
    const int64_t start = row * positions, length = row % positions + 1;
    float sum = 0;
    for (int64_t at = 0; at < length; at += block) {
      const int64_t n = length - at < block ? length - at : block;
      const float* a = reading(p, start + at, n, ps);
      const float* b = reading(dp, start + at, n, dps);
#pragma omp simd reduction(+ : sum)
      for (int64_t i = 0; i < n; i++) sum += a[i] * b[i];
    }
    for (int64_t at = 0; at < positions; at += block) {
      const int64_t n = positions - at < block ? positions - at : block;
      const int64_t seen = length - at < 0 ? 0 : length - at < n ? length - at : n;
      const float* a = reading(p, start + at, seen, ps);
      const float* b = reading(dp, start + at, seen, dps);
      float* result = writing(ds, start + at, out);
#pragma omp simd
      for (int64_t i = 0; i < seen; i++) result[i] = a[i] * (b[i] - sum);
      for (int64_t i = seen; i < n; i++) result[i] = 0;
      finish(ds, start + at, n, out);
    }
  }
}
