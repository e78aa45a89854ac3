/**
 * Where log lines are kept: per execution one sequence of lines in the order in which they arrived.
 * A line's place in that sequence never changes and is what readers resume from.
 */
@NullMarked
package dev.archway.log.store;

import org.jspecify.annotations.NullMarked;
