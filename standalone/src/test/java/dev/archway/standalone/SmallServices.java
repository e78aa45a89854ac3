package dev.archway.standalone;

import dev.archway.standalone.HostedService.Parts;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.cloud.stream.function.StreamBridge;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.messaging.Message;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Three small services that use what real ones use: routes, the bus, a database. */
final class SmallServices {
  static final List<HostedService> ALL =
      List.of(
          new HostedService("small-store", Store.class, Parts.DATABASE_AND_BUS),
          new HostedService("small-sender", Sender.class, Parts.BUS),
          new HostedService(Settings.GATEWAY, Gateway.class, Parts.EVERYTHING));

  private SmallServices() {}

  /** Puts every record of the bus into a table. */
  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Store {
    @Bean
    Consumer<Message<byte[]>> records(JdbcClient jdbc) {
      jdbc.sql("create table if not exists seen (text varchar(100) primary key)").update();
      return message ->
          jdbc.sql("merge into seen key (text) values (?)")
              .param(new String(message.getPayload(), StandardCharsets.UTF_8))
              .update();
    }

    @Bean
    Rows rows(JdbcClient jdbc) {
      return new Rows(jdbc);
    }
  }

  @RestController
  static class Rows {
    private final JdbcClient jdbc;

    Rows(JdbcClient jdbc) {
      this.jdbc = jdbc;
    }

    @GetMapping("/rows")
    List<Map<String, @Nullable Object>> rows() {
      return jdbc.sql("select text from seen order by text").query().listOfRows();
    }
  }

  /** Puts what it is told on the bus. */
  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Sender {
    @Bean
    Send send(StreamBridge bridge) {
      return new Send(bridge);
    }
  }

  @RestController
  static class Send {
    private final StreamBridge bridge;

    Send(StreamBridge bridge) {
      this.bridge = bridge;
    }

    @PostMapping("/send")
    boolean send(@RequestBody String text) {
      return bridge.send("records", text.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** Tells where the others are. */
  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  @Import(Urls.class)
  static class Gateway {}

  @RestController
  static class Urls {
    private final List<String> urls;

    Urls(
        @Value("${archway.gateway.small-store-url}") String store,
        @Value("${archway.gateway.small-sender-url}") String sender) {
      urls = List.of(store, sender);
    }

    @GetMapping("/urls")
    List<String> urls() {
      return urls;
    }
  }

  /** Fails at its last moment. */
  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Broken {
    @Bean
    ApplicationListener<ApplicationReadyEvent> failure() {
      return _ -> {
        throw new IllegalStateException("cannot find the moon");
      };
    }
  }
}
