package dev.archway.standalone;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What each service is told on this machine. Directories and databases are defaults that the user's
 * own properties override; ports, tokens and the broker are not.
 *
 * @param options the user's wishes
 * @param bootstrapServers of the broker
 * @param security what a Kafka client needs to be let in
 * @param serviceToken what services show each other; new at every start
 * @param ports the HTTP port of every service, by name
 */
record Settings(
    Options options,
    String bootstrapServers,
    Map<String, String> security,
    String serviceToken,
    Map<String, Integer> ports) {
  static final String GATEWAY = "api-gateway";
  private static final String BINDER = "spring.cloud.stream.kafka.binder.";

  private static final List<String> NO_DATABASE =
      List.of(
          "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
          "org.springframework.boot.jdbc.autoconfigure.DataSourceInitializationAutoConfiguration",
          "org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration",
          "org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration",
          "org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration",
          "org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration");

  private static final List<String> NO_ROUTES =
      List.of(
          "org.springframework.cloud.gateway.server.mvc.GatewayMvcClassPathWarningAutoConfiguration",
          "org.springframework.cloud.gateway.server.mvc.GatewayServerMvcAutoConfiguration",
          "org.springframework.cloud.gateway.server.mvc.config.DefaultFunctionConfiguration",
          "org.springframework.cloud.gateway.server.mvc.filter.FilterAutoConfiguration",
          "org.springframework.cloud.gateway.server.mvc.handler.GatewayMultipartAutoConfiguration",
          "org.springframework.cloud.gateway.server.mvc.handler.HandlerFunctionAutoConfiguration",
          "org.springframework.cloud.gateway.server.mvc.predicate.PredicateAutoConfiguration");

  Settings {
    security = Map.copyOf(security);
    ports = Map.copyOf(ports);
  }

  /** The settings of one service, all with the highest rank. */
  Map<String, String> of(HostedService service) {
    Map<String, String> p = new LinkedHashMap<>();
    directories(service.name(), p);
    p.put("spring.main.banner-mode", "off");
    p.put("spring.main.log-startup-info", "false");
    p.put("spring.lifecycle.timeout-per-shutdown-phase", "2s");
    p.put("server.tomcat.threads.min-spare", "2");
    p.putAll(options.properties());
    p.put("spring.config.name", service.name());
    p.put("archway.service-token", serviceToken);
    network(service.name(), p);
    bus(p);
    p.put("spring.autoconfigure.exclude", String.join(",", unused(service.parts())));
    if (service.parts() == HostedService.Parts.EVERYTHING) {
      // Otherwise the gateway maps every unknown path onto a function.
      p.put("spring.cloud.gateway.server.webmvc.function.enabled", "false");
    }
    return p;
  }

  private static List<String> unused(HostedService.Parts parts) {
    List<String> unused = new ArrayList<>();
    switch (parts) {
      case DATABASE_AND_BUS -> unused.addAll(NO_ROUTES);
      case BUS -> {
        unused.addAll(NO_ROUTES);
        unused.addAll(NO_DATABASE);
      }
      case EVERYTHING -> {
        // All of it is in use.
      }
    }
    return unused;
  }

  /** The address of the API. */
  String url() {
    String address = options.gatewayAddress();
    String host = address.equals("0.0.0.0") || address.equals("::") ? "127.0.0.1" : address;
    return "http://%s:%d".formatted(host, port(GATEWAY));
  }

  int port(String service) {
    Integer port = ports.get(service);
    if (port == null) {
      throw new IllegalArgumentException("no port was chosen for " + service);
    }
    return port;
  }

  private void directories(String service, Map<String, String> p) {
    Home home = options.home();
    p.put("spring.datasource.url", databaseUrl(home.database(service)));
    p.put("spring.datasource.username", "archway");
    p.put("spring.datasource.password", "");
    p.put("spring.datasource.hikari.minimum-idle", "1");
    p.put("archway.planner.connectors-directory", home.connectors().toString());
    p.put("archway.planner.secrets-directory", home.secrets().toString());
    if (options.properties().keySet().stream().noneMatch(Settings::isPlatforms)) {
      p.put("archway.executor.platforms", String.join(",", HostPlatforms.find()));
    }
    p.put("archway.executor.directory", home.executor().toString());
    p.put("archway.executor.podman.directory", home.podman().toString());
    p.put("archway.log.directory", home.stepLogs().toString());
    p.put("archway.secrets.directory", home.secrets().toString());
    p.put("archway.secrets.keys-file", home.secretKeys().toString());
    p.put("archway.gateway.tokens-file", home.token().toString());
  }

  /** Also {@code platforms[0]}: a list is bound from one form, not from both. */
  private static boolean isPlatforms(String key) {
    return key.startsWith("archway.executor.platforms");
  }

  /**
   * A database of one file. A commit is on its way to the operating system before it returns (H2's
   * own default may lose the last half second when the process is killed, although Kafka has
   * already been told), and the context, not H2's shutdown hook, closes it.
   */
  static String databaseUrl(Path file) {
    return "jdbc:h2:file:%s;WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE"
        .formatted(file.toString().replace(";", "\\;"));
  }

  private void network(String service, Map<String, String> p) {
    p.put("server.port", Integer.toString(port(service)));
    p.put("server.address", service.equals(GATEWAY) ? options.gatewayAddress() : "127.0.0.1");
    ports.forEach((name, port) -> {
      if (!name.equals(GATEWAY)) {
        p.put(
            "archway.gateway.%s-url".formatted(name.replace("-service", "")),
            "http://127.0.0.1:" + port);
      }
    });
  }

  private void bus(Map<String, String> p) {
    p.put("spring.kafka.bootstrap-servers", bootstrapServers);
    p.put(BINDER + "brokers", bootstrapServers);
    security.forEach((key, value) -> {
      p.put("spring.kafka.properties." + key, value);
      p.put(BINDER + "configuration." + key, value);
    });
    // A killed process's consumers keep their partitions until their sessions end.
    p.put(BINDER + "consumer-properties.session.timeout.ms", "6000");
    p.put(BINDER + "consumer-properties.heartbeat.interval.ms", "1500");
  }
}
