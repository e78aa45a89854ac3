/**
 * The executor service: it takes the stages of its platforms from their topics, runs them through a
 * stage runtime and reports what happens.
 */
@NullMarked
package dev.archway.executor;

import org.jspecify.annotations.NullMarked;
