/**
 * How every service tells its metrics and traces: the trace context that travels with records, and
 * the spans of work that no library sees. Its resource {@code observability.properties} is imported
 * by each service.
 */
@NullMarked
package dev.archway.observability;

import org.jspecify.annotations.NullMarked;
