package dev.archway.testbed;

import dev.archway.broker.FreePorts;
import dev.archway.broker.PrivateFiles;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An installation as it is in production, but on one machine: Kafka, PostgreSQL, and the services
 * from their executable jars, told by environment variables alone. Several instances of a service
 * are behind a {@link Balancer}. Not thread-safe.
 */
public final class Installation implements AutoCloseable {
  private static final String GATEWAY = "api-gateway";

  private static final Map<String, String> URLS =
      Map.of(
          "planner-service", "ARCHWAY_GATEWAY_PLANNERURL",
          "registry-service", "ARCHWAY_GATEWAY_REGISTRYURL",
          "log-service", "ARCHWAY_GATEWAY_LOGURL");

  private static final Map<String, String> DATABASES =
      Map.of(GATEWAY, "gateway", "planner-service", "planner", "registry-service", "registry");

  private final Path checkout;
  private final Path directory;
  private final boolean unpacked;
  private final KafkaCluster kafka;
  private final EmbeddedPostgres postgres;
  private final String serviceToken = PrivateFiles.randomSecret();
  private final String userToken = PrivateFiles.randomSecret();
  private final List<ServiceProcess> services = new ArrayList<>();
  private final Map<String, Balancer> balancers = new LinkedHashMap<>();
  private final Balancer entrance = new Balancer();

  /**
   * Starts Kafka and PostgreSQL.
   *
   * @param checkout where the modules with their built jars are
   * @param directory for everything that is kept
   * @param brokers how many Kafka nodes
   * @param unpacked true to run the services from what {@code ./archway prepare} made, with their
   *     start-up caches; false for the jars as they were built
   */
  public Installation(Path checkout, Path directory, int brokers, boolean unpacked) {
    this.checkout = checkout;
    this.directory = directory;
    this.unpacked = unpacked;
    kafka = new KafkaCluster(directory, brokers);
    try {
      // As safe, and as slow, as in production: the library's own defaults give both up.
      postgres =
          EmbeddedPostgres.builder()
              .setServerConfig("fsync", "on")
              .setServerConfig("synchronous_commit", "on")
              .start();
      try (Connection connection = postgres.getPostgresDatabase().getConnection();
          Statement statement = connection.createStatement()) {
        statement.execute("CREATE DATABASE gateway");
        statement.execute("CREATE DATABASE planner");
        statement.execute("CREATE DATABASE registry");
      }
      Files.writeString(directory.resolve("tokens"), userToken + "\n");
    } catch (IOException e) {
      kafka.close();
      throw new UncheckedIOException(e);
    } catch (SQLException e) {
      kafka.close();
      throw new IllegalStateException(e);
    }
    URLS.keySet().forEach(service -> balancers.put(service, new Balancer()));
  }

  /**
   * Starts one more instance of a service; it is ready after {@link #awaitReady}.
   *
   * @param jvm options of its JVM
   * @param settings environment variables beside those that every instance has
   * @param arguments on its command line
   */
  public ServiceProcess start(
      String service, List<String> jvm, Map<String, String> settings, List<String> arguments) {
    Path folder = checkout.resolve(service + (unpacked ? "/target/app" : "/target"));
    Path jar = folder.resolve("archway-%s.jar".formatted(service));
    if (!Files.exists(jar)) {
      throw new IllegalStateException(
          "%s is missing (expected: the service's executable jar); make it with %s"
              .formatted(jar, unpacked ? "./archway prepare" : "mvn package"));
    }
    int port = FreePorts.find(1).getFirst();
    long instance = services.stream().filter(s -> s.name().equals(service)).count() + 1;
    Map<String, String> environment = new HashMap<>();
    environment.put("SERVER_PORT", Integer.toString(port));
    environment.put("SERVER_ADDRESS", "127.0.0.1");
    environment.put("SPRING_KAFKA_BOOTSTRAPSERVERS", kafka.bootstrapServers());
    environment.put("ARCHWAY_SERVICETOKEN", serviceToken);
    environment.put("ARCHWAY_GATEWAY_TOKENSFILE", directory.resolve("tokens").toString());
    balancers.forEach(
        (name, balancer) -> environment.put(URLS.getOrDefault(name, name), balancer.url()));
    String database = DATABASES.get(service);
    if (database != null) {
      environment.put("SPRING_DATASOURCE_URL", postgres.getJdbcUrl("postgres", database));
      environment.put("SPRING_DATASOURCE_USERNAME", "postgres");
      environment.put("SPRING_DATASOURCE_PASSWORD", "postgres");
    }
    environment.putAll(settings);
    List<String> command = new ArrayList<>();
    if (unpacked) {
      command.add("-XX:AOTCache=" + folder.resolve("archway.aot"));
    }
    command.addAll(jvm);
    command.add("-jar");
    command.add(jar.toString());
    command.addAll(arguments);
    String name = "%s-%d".formatted(service, instance);
    ServiceProcess process =
        new ServiceProcess(
            service, port, new JavaProcess(name, command, environment, directory.resolve(name)));
    services.add(process);
    Balancer balancer = service.equals(GATEWAY) ? entrance : balancers.get(service);
    if (balancer != null) {
      balancer.add(port);
    }
    process.start();
    return process;
  }

  /** Returns when every instance is ready. */
  public void awaitReady() {
    services.forEach(ServiceProcess::awaitReady);
  }

  /** All instances, in the order they were started. */
  public List<ServiceProcess> services() {
    return List.copyOf(services);
  }

  /** The brokers. */
  public KafkaCluster kafka() {
    return kafka;
  }

  /** The database server. */
  public EmbeddedPostgres postgres() {
    return postgres;
  }

  /** What a user shows the gateway. */
  public String userToken() {
    return userToken;
  }

  /** What services show each other. */
  public String serviceToken() {
    return serviceToken;
  }

  /** The one address of all gateways. */
  public String entrance() {
    return entrance.url();
  }

  /** The address of the first gateway, without anything between. */
  public String url() {
    return services.stream()
        .filter(service -> service.name().equals(GATEWAY))
        .map(ServiceProcess::url)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no gateway was started"));
  }

  @Override
  public void close() {
    services.forEach(ServiceProcess::requestStop);
    services.forEach(ServiceProcess::close);
    balancers.values().forEach(Balancer::close);
    entrance.close();
    try {
      postgres.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      kafka.close();
    }
  }
}
