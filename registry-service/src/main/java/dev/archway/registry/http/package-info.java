/** Serves the record over HTTP. */
@NullMarked
package dev.archway.registry.http;

import org.jspecify.annotations.NullMarked;
