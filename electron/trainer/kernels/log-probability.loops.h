// logp_n = z_n[y_n] - m_n - log s_n,  m_n = max z_n,  s_n = Σ exp(z_n - m_n),  dz_n = (onehot(y_n) - p) d_n,  p = exp(z_n - m_n) / s_n
// and the entropy of the same rows:  H_n = -Σ p log p,  dz_n = -p (log p + H_n) dH_n.
// `target` is nullptr where the entropy is wanted; `value` then gets H instead of logp. `sums` are the rows' (m, s): the logarithm of
// Σ exp z as one number would cost p its last bits, for an exponent's error is one of the result's share.

static void logProbabilityLoop(In logits, const int32_t* target, float* value, float* sums, int64_t width, int64_t from, int64_t to) {
  float scratch[block];
  for (int64_t row = from; row < to; row++) {
    const int64_t start = row * width;
    float largest = -__builtin_inff();
    for (int64_t at = 0; at < width; at += block) {
      const int64_t n = width - at < block ? width - at : block;
      const float* z = reading(logits, start + at, n, scratch);
#pragma omp simd reduction(max : largest)
      for (int64_t i = 0; i < n; i++) largest = z[i] > largest ? z[i] : largest;
    }
    float sum = 0, weighted = 0;
    for (int64_t at = 0; at < width; at += block) {
      const int64_t n = width - at < block ? width - at : block;
      const float* z = reading(logits, start + at, n, scratch);
      if (target != nullptr) {
#pragma omp simd reduction(+ : sum)
        for (int64_t i = 0; i < n; i++) sum += exponential(z[i] - largest);
      } else {
#pragma omp simd reduction(+ : sum, weighted)
        for (int64_t i = 0; i < n; i++) {
          const float e = exponential(z[i] - largest);
          sum += e;
          weighted += e * (z[i] - largest);  // a forbidden logit: 0 times a large number, 0
        }
      }
    }
    const float log = __builtin_logf(sum);
    sums[2 * row] = largest;
    sums[2 * row + 1] = sum;
    if (target == nullptr)
      value[row] = log - weighted / sum;
    else
      value[row] = (*reading(logits, start + target[row], 1, scratch) - largest) - log;
  }
}

static void logProbabilityGradientLoop(const float* d, In logits, const float* sums, const int32_t* target, const float* entropy, Out dLogits,
                                       int64_t width, int64_t from, int64_t to) {
  float scratch[block], out[block];
  for (int64_t row = from; row < to; row++) {
    const int64_t start = row * width;
    const float largest = sums[2 * row], sum = sums[2 * row + 1], scale = -d[row] / sum;
    const float rise = entropy == nullptr ? 0.0f : entropy[row] - __builtin_logf(sum);  // log p + H = z - m + rise
    for (int64_t at = 0; at < width; at += block) {
      const int64_t n = width - at < block ? width - at : block;
      const float* z = reading(logits, start + at, n, scratch);
      float* dz = writing(dLogits, start + at, out);
      if (entropy != nullptr) {
#pragma omp simd
        for (int64_t i = 0; i < n; i++) {
          const float below = z[i] - largest;
          dz[i] = exponential(below) * (below + rise) * scale;
        }
      } else {
#pragma omp simd
        for (int64_t i = 0; i < n; i++) dz[i] = exponential(z[i] - largest) * scale;
        const int64_t own = target[row] - at;
        if (own >= 0 && own < n) dz[own] += d[row];
      }
      finish(dLogits, start + at, n, out);
    }
  }
}
