package dev.archway.contract.api;

import java.time.Instant;

/**
 * A secret as it is told: everything but its value.
 *
 * @param ref how pipelines and connectors of its scope name it
 * @param org empty for the account's
 * @param project empty for the account's and an organisation's
 * @param key the name of the key that its value is encrypted with
 */
public record SecretView(
    String ref,
    String identifier,
    String org,
    String project,
    String name,
    String description,
    String key,
    Instant changedAt) {}
