// Losses on targets that are numbers, and their gradients. As of all losses, that of an image whose outputs are not all finite is NaN.

void squared_distance(const SquaredDistance& s, double scale, Range images) {
  const long components = s.components;
  const float* outputs = s.outputs;
  const float* targets = s.targets;
  const int32_t* ids = s.ids;
  float* d_outputs = s.d_outputs;
  float* loss = s.loss;
  const double factor = double(float(scale));
  for (long image = images.first; image < images.first + images.count; image++) {
    const float* x = outputs + image * components;
    const float* t = targets + ids[image] * components;
    bool finite = true;
    double sum = 0;
    for (long c = 0; c < components; c++) {
      const double difference = double(x[c]) - double(t[c]);
      finite &= x[c] - x[c] == 0;
      sum += difference * difference;
      if (d_outputs) d_outputs[image * components + c] = float(difference * factor);
    }
    loss[image] = finite ? float(0.5 * sum) : __builtin_nanf("");
  }
}

constexpr RegressionKernels kRegressionKernels = {{squared_distance}};
