import type { ConvolutionShape } from './convolution-shape.js';

/** A convolution that is benchmarked, and under what name. */
export interface NamedShape {
  readonly name: string;
  readonly shape: ConvolutionShape;
}

/** Rows or columns, input channels and filters of VGG-16's different convolutions, for images of 32×32. */
const VGG_LAYERS = [
  [32, 3, 64],
  [32, 64, 64],
  [16, 64, 128],
  [16, 128, 128],
  [8, 128, 256],
  [8, 256, 256],
  [4, 256, 512],
  [4, 512, 512],
  [2, 512, 512],
] as const;

const SQUARE_SIZES = [256, 512, 1024, 2048];

/** Images that the products' and convolutions' shapes are for. */
export const VGG_IMAGES = 32;

/** Sizes [m, n, k] of products: square ones, and those of VGG-16's three passes. */
export function listProductSizes(): (readonly [m: number, n: number, k: number])[] {
  const passes = VGG_LAYERS.flatMap(([size, channels, filters]) => {
    const positions = VGG_IMAGES * size * size;
    const rows = 9 * channels;
    const forward = [positions, filters, rows] as const;
    const kernelGradient = [rows, filters, positions] as const;
    const inputGradient = [positions, rows, filters] as const;
    // Nobody reads the images' gradient.
    return channels === 3 ? [forward, kernelGradient] : [forward, kernelGradient, inputGradient];
  });
  return [...SQUARE_SIZES.map((size) => [size, size, size] as const), ...passes];
}

/** VGG-16's convolutions that keep the number of channels: `64x32x32` is channels × height × width. */
export function listVggShapes(): NamedShape[] {
  return VGG_LAYERS.filter(([, channels, filters]) => channels === filters).map(([size, channels]) => ({
    name: `${channels}x${size}x${size}`,
    shape: { height: size, width: size, channels, kernel: 3, filters: channels, padding: 1 },
  }));
}

/** Convolutions of the MNIST networks. */
export function listMnistShapes(): NamedShape[] {
  return [
    nameShape({ size: 12, channels: 20, kernel: 5, filters: 50 }),
    nameShape({ size: 26, channels: 20, kernel: 3, filters: 20 }),
    nameShape({ size: 26, channels: 40, kernel: 3, filters: 40 }),
  ];
}

/** First layers, whose input has no gradient, and the layers of SK-0.2. */
export function listNarrowShapes(): NamedShape[] {
  return [
    nameShape({ size: 28, channels: 1, kernel: 5, filters: 20 }),
    nameShape({ size: 32, channels: 3, kernel: 3, filters: 64, padding: 1 }),
    nameShape({ size: 26, channels: 4, kernel: 3, filters: 4 }),
    nameShape({ size: 12, channels: 4, kernel: 3, filters: 10 }),
    nameShape({ size: 10, channels: 10, kernel: 3, filters: 10 }),
  ];
}

/** Depthwise convolutions beside a dense one of the first's size, and those of MobileNetV2's last stages. */
export function listDepthwiseShapes(): NamedShape[] {
  const depthwise = (size: number, channels: number): NamedShape => ({
    name: `3x3x${channels}-${size}x${size}-depthwise`,
    shape: {
      height: size,
      width: size,
      channels,
      kernel: 3,
      filters: channels,
      padding: 1,
      groups: channels,
    },
  });
  return [
    nameShape({ size: 28, channels: 32, kernel: 3, filters: 32, padding: 1 }),
    depthwise(28, 32),
    depthwise(32, 144),
    depthwise(8, 384),
    depthwise(4, 960),
  ];
}

/** `5x5x20x50-12x12`: kernel × input channels × filters, on height × width. */
function nameShape(options: {
  size: number;
  channels: number;
  kernel: number;
  filters: number;
  padding?: number;
}): NamedShape {
  const { size, channels, kernel, filters, padding = 0 } = options;
  return {
    name: `${kernel}x${kernel}x${channels}x${filters}-${size}x${size}`,
    shape: { height: size, width: size, channels, kernel, filters, padding },
  };
}
