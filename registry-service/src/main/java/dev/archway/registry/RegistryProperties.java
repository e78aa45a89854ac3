package dev.archway.registry;

import dev.archway.registry.oci.RetryRules;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * registry-service's settings, prefix {@code archway.registry}. With the defaults a registry that
 * does not answer is given up after about 30 s.
 *
 * @param attempts how often a call to a registry is made at most
 * @param firstWait before the second attempt; waits double
 * @param longestWait between two attempts, even when the registry asks for more
 * @param connectTimeout for one connection
 */
@ConfigurationProperties("archway.registry")
public record RegistryProperties(
    @DefaultValue("9") int attempts,
    @DefaultValue("200ms") Duration firstWait,
    @DefaultValue("8s") Duration longestWait,
    @DefaultValue("5s") Duration connectTimeout) {
  RetryRules retryRules() {
    return new RetryRules(attempts, firstWait, longestWait);
  }
}
