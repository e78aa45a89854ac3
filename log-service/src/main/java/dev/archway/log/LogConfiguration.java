package dev.archway.log;

import dev.archway.contract.event.LogChunk;
import dev.archway.log.http.LogController;
import dev.archway.log.ingest.LogIngest;
import dev.archway.log.store.FileLogStore;
import dev.archway.log.store.LogStore;
import dev.archway.messaging.Envelopes;
import dev.archway.messaging.MessagingConfiguration;
import dev.archway.web.WebConfiguration;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Consumer;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.messaging.Message;

/**
 * log-service's beans. It keeps files and needs no database, though the bus's module brings one.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration(exclude = DataSourceAutoConfiguration.class)
@EnableConfigurationProperties(LogProperties.class)
@Import({WebConfiguration.class, MessagingConfiguration.class})
public class LogConfiguration {
  @Bean
  LogStore logStore(LogProperties properties) {
    return new FileLogStore(properties.directory());
  }

  @Bean
  LogController logController(LogStore store, LogProperties properties) {
    return new LogController(
        store,
        new LogController.Waits(
            properties.unknownWait(), properties.heartbeat(), properties.missingWait()));
  }

  @Bean
  FollowerRelease followerRelease(LogStore store) {
    return new FollowerRelease(store);
  }

  @Bean
  LogIngest logIngest(LogStore store) {
    return new LogIngest(store);
  }

  @Bean
  Consumer<Message<byte[]>> logChunks(LogIngest ingest, MeterRegistry meters) {
    Counter lines =
        Counter.builder("archway.log.lines")
            .description("Lines that were stored, those delivered again included")
            .register(meters);
    return Envelopes.listener(envelope -> {
      ingest.onLogChunk(envelope);
      if (envelope.data() instanceof LogChunk chunk) {
        lines.increment(chunk.lines().size());
      }
    });
  }

  @Bean
  Consumer<Message<byte[]>> executionEvents(LogIngest ingest) {
    return Envelopes.listener(ingest::onExecutionEvent);
  }
}
