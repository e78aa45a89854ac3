/**
 * Connectors and secrets as files: Harness YAML to connector records, secret references to values.
 */
@NullMarked
package dev.archway.connector;

import org.jspecify.annotations.NullMarked;
