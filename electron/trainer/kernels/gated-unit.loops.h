// h = g σ(g) u, and back:  du = dh a,  dg = dh u σ (1 + g - a),  a = g σ.  σ is worked out twice rather than kept.

static void gatedUnitLoop(In gate, In up, Out unit, int64_t from, int64_t to) {
  float gates[block], ups[block], units[block];
  for (int64_t at = from; at < to; at += block) {
    const int64_t n = to - at < block ? to - at : block;
    const float* g = reading(gate, at, n, gates);
    const float* u = reading(up, at, n, ups);
    float* h = writing(unit, at, units);
#pragma omp simd
    for (int64_t i = 0; i < n; i++) h[i] = g[i] * (logistic(g[i]) * u[i]);
    finish(unit, at, n, units);
  }
}

static void gatedUnitGradientLoop(In dUnit, In gate, In up, Out dGate, Out dUp, int64_t from, int64_t to) {
  float dUnits[block], gates[block], ups[block], dGates[block], dUps[block];
  for (int64_t at = from; at < to; at += block) {
    const int64_t n = to - at < block ? to - at : block;
    const float* dh = reading(dUnit, at, n, dUnits);
    const float* g = reading(gate, at, n, gates);
    const float* u = reading(up, at, n, ups);
    float* dg = writing(dGate, at, dGates);
    float* du = writing(dUp, at, dUps);
#pragma omp simd
    for (int64_t i = 0; i < n; i++) {
      const float s = logistic(g[i]);
      const float a = g[i] * s;
      const float d = dh[i];  // read before written: an output may lie over an input
      const float t = d * (s * u[i]);
      dg[i] = t * (g[i] - a) + t;
      du[i] = d * a;
    }
    finish(dGate, at, n, dGates);
    finish(dUp, at, n, dUps);
  }
}
