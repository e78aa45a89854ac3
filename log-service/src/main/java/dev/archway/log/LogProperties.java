package dev.archway.log;

import java.nio.file.Path;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * log-service's settings, prefix {@code archway.log}.
 *
 * @param directory where the logs are kept
 * @param unknownWait how long a follower waits for an execution that is not known yet
 * @param heartbeat the longest silence on an event stream
 * @param missingWait how long a follower waits after an execution's end for lines that were
 *     announced but do not arrive
 */
@ConfigurationProperties("archway.log")
public record LogProperties(
    Path directory,
    @DefaultValue("5s") Duration unknownWait,
    @DefaultValue("15s") Duration heartbeat,
    @DefaultValue("30s") Duration missingWait) {
  public LogProperties {
    if (!unknownWait.isPositive() || !heartbeat.isPositive() || !missingWait.isPositive()) {
      throw new IllegalArgumentException(
          "archway.log: unknown-wait %s, heartbeat %s, missing-wait %s (expected: each longer than 0)"
              .formatted(unknownWait, heartbeat, missingWait));
    }
  }
}
