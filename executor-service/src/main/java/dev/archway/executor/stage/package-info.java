/**
 * One attempt of a stage from its command to its last report, durable in a directory of its own.
 */
@NullMarked
package dev.archway.executor.stage;

import org.jspecify.annotations.NullMarked;
