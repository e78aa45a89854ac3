/**
 * From the bytes of a log file to lines, in such a way that every reading of the same file numbers
 * them alike.
 */
@NullMarked
package dev.archway.executor.runtime.log;

import org.jspecify.annotations.NullMarked;
