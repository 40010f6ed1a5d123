import type { ActivationKernel, ActivationKernels } from '../interface/activations.js';
import { normalCumulative, normalDensity } from './normal.js';

/** What an activation computes of one element. */
interface Activation {
  forward(x: number, coefficient: number, threshold: number): number;
  /** Reads x or y; says which by its argument's name. */
  backward(from: number, dy: number, coefficient: number, threshold: number): number;
}

/** 0 where v is finite, else NaN. */
function zeroUnlessWrong(v: number): number {
  return 0 * v + 0;
}

const relu: Activation = {
  forward: (x) => (x > 0 ? x : 0),
  backward: (y, dy) => (y > 0 ? dy : zeroUnlessWrong(dy)),
};

/** y = min(max(x, 0), 6). */
const relu6: Activation = {
  forward: (x) => Math.min(Math.max(x, 0), 6),
  backward: (y, dy) => (y > 0 && y < 6 ? dy : zeroUnlessWrong(dy)),
};

/** y = x where x > 0, else slope·x; the slope is not negative, so that y has x's sign. */
const leakyRelu: Activation = {
  forward: (x, slope) => (x > 0 ? x : slope * x),
  backward: (y, dy, slope) => (y > 0 ? dy : slope * dy),
};

/** y = x where x > 0, else alpha·(e^x − 1); alpha is not negative. */
const elu: Activation = {
  forward: (x, alpha) => (x > 0 ? x : alpha * Math.expm1(x)),
  backward: (y, dy, alpha) => (y > 0 ? dy : dy * (y + alpha)),
};

/** y = x·Φ(x), Φ being the standard normal distribution: the relative error of native sets is below 6e-7 for −12 ≤ x. */
const gelu: Activation = {
  forward: (x) => x * normalCumulative(x),
  backward: (x, dy) => dy * (normalCumulative(x) + x * normalDensity(x)),
};

/** ½·(1 + tanh u) without the cancellation of 1 + tanh u for negative u. */
function shareOf(x: number): number {
  return 1 / (1 + Math.exp(-2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}

/** y = ½x·(1 + tanh u), u = √(2/π)·(x + 0.044715·x³). */
const geluTanh: Activation = {
  forward: (x) => x * shareOf(x),
  backward: (x, dy) => {
    const share = shareOf(x);
    const slope = 2 * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x ** 2);
    return dy * (share + x * share * (1 - share) * slope);
  },
};

/** 1 / (1 + e^(−x)). */
function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** y = 1 / (1 + e^(−x)). */
const sigmoid: Activation = {
  forward: logistic,
  backward: (y, dy) => dy * y * (1 - y),
};

const tanh: Activation = {
  forward: (x) => Math.tanh(x),
  backward: (y, dy) => dy * (1 - y ** 2),
};

/** y = x / (1 + e^(−x)). */
const silu: Activation = {
  forward: (x) => x * logistic(x),
  backward: (x, dy) => dy * (logistic(x) + x * logistic(x) * logistic(-x)),
};

/** y = (x + 3) / 6 between −3 and 3, 0 below, 1 above. */
const hardSigmoid: Activation = {
  forward: (x) => (x <= -3 ? 0 : x >= 3 ? 1 : (x + 3) / 6),
  backward: (y, dy) => (y > 0 && y < 1 ? dy / 6 : zeroUnlessWrong(dy)),
};

/** y = x·(x + 3) / 6 between −3 and 3, 0 below, x above. */
const hardSwish: Activation = {
  forward: (x) => (x <= -3 ? 0 : x >= 3 ? x : (x * (x + 3)) / 6),
  backward: (x, dy) => (x < -3 ? zeroUnlessWrong(dy) : x > 3 ? dy : dy * (x / 3 + 0.5)),
};

/** y = ln(1 + e^(beta·x)) / beta, and x where beta·x is above the threshold. */
const softplus: Activation = {
  forward: (x, beta, threshold) => (beta * x > threshold ? x : Math.log1p(Math.exp(beta * x)) / beta),
  backward: (x, dy, beta, threshold) => (beta * x > threshold ? dy : dy * logistic(beta * x)),
};

/** y = x·tanh(ln(1 + e^x)). */
const mish: Activation = {
  forward: (x) => x * Math.tanh(Math.log1p(Math.exp(x))),
  backward: (x, dy) => {
    const share = Math.tanh(Math.log1p(Math.exp(x)));
    return dy * (share + x * logistic(x) * (1 - share ** 2));
  },
};

function overElements({ forward, backward }: Activation): ActivationKernel {
  return {
    bindForward:
      ({ x, y, coefficient, threshold = 0 }) =>
      (first, count) => {
        for (let i = first; i < first + count; i++) {
          // What is not finite comes out as NaN, also of a function that has a finite value at infinity.
          y[i] = forward(x[i]!, coefficient, threshold) + 0 * x[i]!;
        }
      },
    bindBackward:
      ({ from, dy, dx, coefficient, threshold = 0 }) =>
      (first, count) => {
        for (let i = first; i < first + count; i++) {
          dx[i] = backward(from[i]!, dy[i]!, coefficient, threshold);
        }
      },
  };
}

export const activations = {
  relu: overElements(relu),
  relu6: overElements(relu6),
  'leaky-relu': overElements(leakyRelu),
  elu: overElements(elu),
  gelu: overElements(gelu),
  'gelu-tanh': overElements(geluTanh),
  sigmoid: overElements(sigmoid),
  tanh: overElements(tanh),
  silu: overElements(silu),
  'hard-sigmoid': overElements(hardSigmoid),
  'hard-swish': overElements(hardSwish),
  softplus: overElements(softplus),
  mish: overElements(mish),
} satisfies ActivationKernels['activations'];
