/**
 * The glue between the services' code and Kafka, on Spring Cloud Stream: envelopes as CloudEvents
 * headers, a bus that returns when the broker has the record, consumers that retry what is
 * transient and dead-letter what is not, and an outbox.
 */
@NullMarked
package dev.archway.messaging;

import org.jspecify.annotations.NullMarked;
