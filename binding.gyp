{
  # One static library for each instruction set, compiled from the same kernels with its own flags; the addon chooses at load time.
  "target_defaults": {
    "include_dirs": ["native"],
    "cflags!": ["-O2"],
    "cflags": ["-O3", "-fvisibility=hidden", "-Wall", "-Wextra", "-Wno-maybe-uninitialized", "-Wno-unknown-warning-option"],
    "cflags_cc!": ["-std=gnu++17", "-std=gnu++20"],
    # No contraction: a product and a sum are fused where the kernels say so, and nowhere else, on every target alike.
    "cflags_cc": ["-std=c++17", "-ffp-contract=off", "-fno-math-errno", "-fno-exceptions", "-fno-rtti"],
    "xcode_settings": {
      "GCC_OPTIMIZATION_LEVEL": "3",
      "CLANG_CXX_LANGUAGE_STANDARD": "c++17",
      "OTHER_CPLUSPLUSFLAGS": ["-ffp-contract=off", "-fno-math-errno"]
    }
  },
  "targets": [
    {
      "target_name": "convoy",
      "sources": ["native/addon.cc", "native/old-glibc.cc", "native/targets.cc"],
      "dependencies": ["baseline"],
      "conditions": [
        ["target_arch=='x64'", { "dependencies": ["avx2", "avx512"] }],
        ["target_arch=='arm64'", { "dependencies": ["neon"] }]
      ]
    },
    { "target_name": "baseline", "type": "static_library", "sources": ["native/targets/target.cc"], "defines": ["CONVOY_TARGET=baseline"] }
  ],
  "conditions": [
    ["target_arch=='x64'", {
      "targets": [
        {
          "target_name": "avx2",
          "type": "static_library",
          "sources": ["native/targets/target.cc"], "defines": ["CONVOY_TARGET=avx2"],
          "cflags": ["-mavx2", "-mfma"],
          "xcode_settings": { "OTHER_CPLUSPLUSFLAGS": ["-mavx2", "-mfma"] }
        },
        {
          "target_name": "avx512",
          "type": "static_library",
          "sources": ["native/targets/target.cc"], "defines": ["CONVOY_TARGET=avx512"],
          "cflags": ["-mavx512f", "-mavx512dq", "-mavx512bw", "-mavx512vl", "-mfma", "-mprefer-vector-width=512"],
          "xcode_settings": { "OTHER_CPLUSPLUSFLAGS": ["-mavx512f", "-mavx512dq", "-mavx512bw", "-mavx512vl", "-mfma"] }
        }
      ]
    }],
    ["target_arch=='arm64'", {
      "targets": [
        { "target_name": "neon", "type": "static_library", "sources": ["native/targets/target.cc"], "defines": ["CONVOY_TARGET=neon"] }
      ]
    }]
  ]
}
