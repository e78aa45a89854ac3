/**
 * The webhooks of triggers: checked, put into one form, and handed to the planner through Kafka.
 */
@NullMarked
package dev.archway.gateway.webhook;

import org.jspecify.annotations.NullMarked;
