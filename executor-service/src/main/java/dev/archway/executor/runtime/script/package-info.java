/**
 * What clone and build steps do, as shell scripts that every runtime runs in its own place. Pure.
 */
@NullMarked
package dev.archway.executor.runtime.script;

import org.jspecify.annotations.NullMarked;
