/** Benchmarks and fuzz targets of what is pure; see {@code benchmarks/README.md}. */
@NullMarked
package dev.archway.benchmarks;

import org.jspecify.annotations.NullMarked;
