"""OpenBLAS's side of the benchmarks: products C = A B, row after row, by cblas_sgemm. Needs python3 and the library, and no package.

See turns.py for what goes in and out. By hand:

    echo '{"kind": "product", "m": 512, "n": 512, "k": 512, "threads": 1, "rounds": 5, "seconds": 0.1}' | python3 openblas.py
"""

import array
import ctypes
import ctypes.util
import random
import sys

from turns import serve, time_runs

# As Debian, Fedora, Homebrew and conda name it; what the linker's cache says comes first.
LIBRARIES = [
    ctypes.util.find_library("openblas"),
    "libopenblas.so.0",
    "libopenblas.so",
    "libopenblas.dylib",
    "/opt/homebrew/opt/openblas/lib/libopenblas.dylib",
    "/usr/local/opt/openblas/lib/libopenblas.dylib",
]

# Of cblas.h.
ROW_MAJOR, NO_TRANSPOSE = 101, 111

ALIGNMENT_BYTES = 64
# Large arrays repeat so many random numbers: Python would take seconds to draw them all.
DRAWN_FLOATS = 65536


def load():
    for name in LIBRARIES:
        if name is None:
            continue
        try:
            library = ctypes.CDLL(name)
            library.openblas_get_corename.restype = library.openblas_get_config.restype = ctypes.c_char_p
            return library
        except (OSError, AttributeError):
            pass
    return None


def describe(library):
    """`OpenBLAS 0.3.21, SkylakeX`: the version, and the processor that its kernels are for."""
    config = library.openblas_get_config().decode().split()
    version = config[1] if len(config) > 1 else ""
    return f"OpenBLAS {version}, {library.openblas_get_corename().decode()}"


def allocate(floats):
    """Zeroed floats that begin at a cache line, as ours do."""
    memory = bytearray(4 * floats + ALIGNMENT_BYTES)
    offset = -ctypes.addressof(ctypes.c_char.from_buffer(memory)) % ALIGNMENT_BYTES
    return (ctypes.c_float * floats).from_buffer(memory, offset)


def draw(floats):
    drawn = array.array("f", (random.uniform(-1, 1) for _ in range(min(floats, DRAWN_FLOATS))))
    numbers = allocate(floats)
    for first in range(0, floats, len(drawn)):
        count = min(len(drawn), floats - first)
        ctypes.memmove(ctypes.byref(numbers, 4 * first), drawn.buffer_info()[0], 4 * count)
    return numbers


def bind_product(library, m, n, k):
    a, b, c = draw(m * k), draw(k * n), allocate(m * n)
    sizes = [ctypes.c_int(size) for size in (m, n, k)]
    columns_of_a, columns_of_b = ctypes.c_int(k), ctypes.c_int(n)
    one, zero = ctypes.c_float(1), ctypes.c_float(0)

    def run():
        library.cblas_sgemm(
            ROW_MAJOR, NO_TRANSPOSE, NO_TRANSPOSE, *sizes, one, a, columns_of_a, b, columns_of_b, zero, c, columns_of_b
        )

    return run


def main():
    library = load()
    if library is None:
        sys.exit("no OpenBLAS")

    def answer(job):
        if job["kind"] != "product":
            raise ValueError(f"expected a product, found {job['kind']}")
        library.openblas_set_num_threads(job["threads"])
        run = bind_product(library, job["m"], job["n"], job["k"])
        return {"measured": time_runs(run, job["rounds"], job["seconds"])}

    serve(describe(library), answer)


if __name__ == "__main__":
    main()
