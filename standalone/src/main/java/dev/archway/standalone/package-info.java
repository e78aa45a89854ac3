/**
 * The whole of Archway in one process, for one machine: an embedded Kafka broker and one Spring
 * context per service, which meet only through the broker and HTTP, as they do on many machines.
 */
@NullMarked
package dev.archway.standalone;

import org.jspecify.annotations.NullMarked;
