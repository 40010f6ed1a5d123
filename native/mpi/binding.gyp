{
  # An addon of its own, which is compiled where Open MPI is: npm run build:mpi.
  "targets": [
    {
      "target_name": "convoy-mpi",
      "sources": ["addon.cc"],
      "cflags_cc!": ["-std=gnu++17", "-std=gnu++20"],
      "cflags_cc": ["-std=c++17", "-Wall", "-Wextra", "-Wno-cast-function-type", "-fno-exceptions", "-fno-rtti", "<!@(mpicxx --showme:compile)"],
      "libraries": ["<!@(mpicxx --showme:link)"]
    }
  ]
}
