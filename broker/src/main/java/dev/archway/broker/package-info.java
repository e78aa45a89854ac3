/**
 * A real Kafka broker inside this JVM, with its data kept on disk: one KRaft node that is broker
 * and controller at once, reachable from this machine alone and only with its password.
 */
@NullMarked
package dev.archway.broker;

import org.jspecify.annotations.NullMarked;
