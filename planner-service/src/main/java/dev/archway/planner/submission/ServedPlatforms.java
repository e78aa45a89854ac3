package dev.archway.planner.submission;

import dev.archway.contract.image.Platform;
import dev.archway.contract.wire.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows which platforms have executors: those whose consumer group has members. Kafka is asked, so that nobody keeps a second list. An
 * answer of yes is believed for a while, a no is asked again.
 */
final class ServedPlatforms implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ServedPlatforms.class);
  private static final Duration BELIEVED = Duration.ofSeconds(30);
  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);

  private final Admin admin;
  private final Map<Platform, Instant> seen = new ConcurrentHashMap<>();

  ServedPlatforms(Admin admin) {
    this.admin = admin;
  }

  /** False only after having looked for as long as an executor takes to join its group. */
  boolean serves(Platform platform) {
    Instant last = seen.get(platform);
    if (last != null && last.plus(BELIEVED).isAfter(Instant.now())) {
      return true;
    }
    Instant giveUp = Instant.now().plus(PATIENCE);
    do {
      if (hasMembers(Topics.executorGroup(platform))) {
        seen.put(platform, Instant.now());
        return true;
      }
      try {
        Thread.sleep(BETWEEN_LOOKS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    } while (Instant.now().isBefore(giveUp));
    return false;
  }

  private boolean hasMembers(String group) {
    try {
      ConsumerGroupDescription description =
          admin.describeConsumerGroups(java.util.List.of(group)).describedGroups().get(group).get(2, TimeUnit.SECONDS);
      return !description.members().isEmpty();
    } catch (ExecutionException | TimeoutException e) {
      log.debug("no members of {}: {}", group, e.toString());
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() {
    admin.close(Duration.ofSeconds(1));
  }
}
