/**
 * Where the executor's secrets come from; values stay in memory and in files that only the executor
 * reads.
 */
@NullMarked
package dev.archway.executor.secret;

import org.jspecify.annotations.NullMarked;
