package dev.archway.executor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.broker.EmbeddedBroker;
import dev.archway.contract.command.StageCommand.RunStage;
import dev.archway.contract.event.LogChunk;
import dev.archway.contract.event.StageEvent.StageFinished;
import dev.archway.contract.event.StageEvent.StageStarted;
import dev.archway.contract.event.StageEvent.StepFinished;
import dev.archway.contract.image.Platform;
import dev.archway.contract.status.Status;
import dev.archway.contract.wire.Envelope;
import dev.archway.contract.wire.Topics;
import dev.archway.messaging.Envelopes;
import dev.archway.messaging.MessageBus;
import dev.archway.messaging.MessagingConfiguration;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.messaging.Message;

/** The whole service on a real broker. */
final class ExecutorOnTheBusIT {
  /** What listens on the other side: planner and log service in one. */
  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration(exclude = DataSourceAutoConfiguration.class)
  @Import(MessagingConfiguration.class)
  static class OtherSide {
    final List<Object> told = new CopyOnWriteArrayList<>();

    @Bean
    Consumer<Message<byte[]>> events() {
      return Envelopes.listener(envelope -> told.add(envelope.data()));
    }

    @Bean
    Consumer<Message<byte[]>> logs() {
      return Envelopes.listener(envelope -> told.add(envelope.data()));
    }
  }

  @Test
  void commandsOfEveryServedPlatformArriveAndAreReported(@TempDir Path home) throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start(home.resolve("kafka"));
        Engines engines = Engines.start(home);
        ConfigurableApplicationContext other = other(broker);
        ConfigurableApplicationContext executor = executor(broker, engines, home)) {
      assertThat(executor.isRunning()).isTrue();
      OtherSide side = other.getBean(OtherSide.class);
      List<RunStage> commands = new ArrayList<>();
      for (Platform platform : List.of(Platform.LINUX_AMD64, Platform.LINUX_ARM64)) {
        RunStage command =
            Samples.stage(Samples.key(), platform, null, Samples.run("one", "echo here"));
        commands.add(command);
        other
            .getBean(MessageBus.class)
            .send(
                Topics.stageCommands(platform),
                new Envelope(
                    command.key().toString(),
                    "test",
                    command.key().execution().value(),
                    Instant.now(),
                    command));
      }
      for (RunStage command : commands) {
        StageFinished finished =
            Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .until(
                    () ->
                        of(side, StageFinished.class).stream()
                            .filter(e -> e.key().equals(command.key()))
                            .findFirst(),
                    java.util.Optional::isPresent)
                .orElseThrow();
        assertThat(of(side, StageStarted.class)).anyMatch(e -> e.key().equals(command.key()));
        assertThat(of(side, StepFinished.class)).anyMatch(e -> e.key().equals(command.key()));
        if (command.stage().platform().equals(Platform.LINUX_AMD64)) {
          assertThat(finished.status()).as("%s", finished.failure()).isEqualTo(Status.SUCCESS);
          Awaitility.await()
              .until(() ->
                  of(side, LogChunk.class).stream()
                      .anyMatch(
                          c -> c.lines().stream().anyMatch(line -> line.text().equals("here"))));
        }
      }
    }
  }

  static <T> List<T> of(OtherSide side, Class<T> type) {
    return side.told.stream().filter(type::isInstance).map(type::cast).toList();
  }

  static ConfigurableApplicationContext other(EmbeddedBroker broker) {
    Map<String, Object> properties = new HashMap<>();
    properties.put("spring.config.import", "classpath:messaging.properties");
    properties.put("spring.config.name", "other");
    properties.put("spring.jmx.enabled", "false");
    properties.put("spring.kafka.bootstrap-servers", broker.bootstrapServers());
    broker
        .clientProperties()
        .forEach((key, value) ->
            properties.put("spring.cloud.stream.kafka.binder.configuration." + key, value));
    properties.put("spring.cloud.function.definition", "events;logs");
    properties.put("spring.cloud.stream.bindings.events-in-0.destination", Topics.STAGE_EVENTS);
    properties.put("spring.cloud.stream.bindings.events-in-0.group", "other");
    properties.put("spring.cloud.stream.bindings.logs-in-0.destination", Topics.LOG_CHUNKS);
    properties.put("spring.cloud.stream.bindings.logs-in-0.group", "other");
    return new SpringApplicationBuilder(OtherSide.class)
        .web(WebApplicationType.NONE)
        .properties(properties)
        .run();
  }

  private static ConfigurableApplicationContext executor(
      EmbeddedBroker broker, Engines engines, Path home) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--spring.cloud.stream.kafka.binder.brokers=" + broker.bootstrapServers(),
                "--spring.kafka.bootstrap-servers=" + broker.bootstrapServers(),
                "--archway.secrets.directory=" + home.resolve("secrets"),
                "--archway.executor.directory=" + home.resolve("stages"),
                "--archway.executor.platforms=linux/amd64,linux/arm64",
                "--archway.executor.podman.directory=" + home.resolve("podman"),
                "--archway.executor.podman.mirrors[0].prefix=docker.io",
                "--archway.executor.podman.mirrors[0].location=" + engines.host(),
                "--archway.executor.podman.mirrors[0].insecure=true",
                "--archway.executor.podman.insecure-registries[0]=" + engines.host()));
    broker
        .clientProperties()
        .forEach((key, value) ->
            arguments.add("--spring.cloud.stream.kafka.binder.configuration." + key + "=" + value));
    return ExecutorApplication.configure(new SpringApplicationBuilder())
        .run(arguments.toArray(String[]::new));
  }
}
