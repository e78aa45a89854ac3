/** What a place where stages run must do; the stage loop knows runtimes by these types alone. */
@NullMarked
package dev.archway.executor.runtime;

import org.jspecify.annotations.NullMarked;
