package dev.archway.broker;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.raft.DynamicVoters;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * A Kafka broker in this JVM. Topics, records and offsets stay in the directory over restarts, on
 * whatever ports; what it acknowledged survives a kill of the process (not a loss of power: Kafka
 * leaves flushing to the operating system). A fault that Kafka calls fatal, such as a full disk,
 * halts the whole JVM. Thread-safe.
 *
 * <p>Close it after everything that uses it: without a clean end the next start takes seconds
 * longer.
 */
public final class EmbeddedBroker implements AutoCloseable {
  private final DirectoryLock lock;
  private final KafkaRaftServer server;
  private final String bootstrapServers;
  private final String password;
  private boolean closed;

  private EmbeddedBroker(
      DirectoryLock lock, KafkaRaftServer server, String bootstrapServers, String password) {
    this.lock = lock;
    this.server = server;
    this.bootstrapServers = bootstrapServers;
    this.password = password;
  }

  /**
   * Starts on a free port; see {@link #start(Path, int)}.
   *
   * @param directory kept for this broker alone; made when it is not there
   */
  public static EmbeddedBroker start(Path directory) {
    return start(directory, 0);
  }

  /**
   * Starts the broker, and returns when it takes requests.
   *
   * @param directory kept for this broker alone; made when it is not there
   * @param port the port of 127.0.0.1 for clients; 0 picks a free one
   * @throws DirectoryInUseException when another process uses the directory; its data is untouched
   * @throws UncheckedIOException when the directory cannot be read or written
   */
  public static EmbeddedBroker start(Path directory, int port) {
    // Kafka takes its own lock only after it has opened, and so damaged, the metadata log.
    DirectoryLock lock = DirectoryLock.acquire(directory);
    try {
      Path data = directory.toRealPath().resolve("data");
      String password = PrivateFiles.secret(directory.resolve("password"));
      List<Integer> free = FreePorts.find(2);
      int clientPort = port == 0 ? free.getFirst() : port;
      int controllerPort = free.getLast();
      Properties settings = BrokerSettings.of(data, clientPort, controllerPort, password);
      if (!Files.exists(data)) {
        format(data, controllerPort);
      }
      KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(settings, false), Time.SYSTEM);
      server.startup();
      return new EmbeddedBroker(lock, server, BrokerSettings.HOST + ":" + clientPort, password);
    } catch (IOException e) {
      lock.close();
      throw new UncheckedIOException(
          "cannot start the broker in %s: %s (expected: a directory this user can write)"
              .formatted(directory, e),
          e);
    } catch (Exception e) {
      lock.close();
      throw new IllegalStateException(
          "cannot start the broker in %s: %s".formatted(directory, e), e);
    }
  }

  /** Formats aside and moves at the end, so that a crash leaves no half-formatted data. */
  private static void format(Path data, int controllerPort) throws Exception {
    Path fresh = data.resolveSibling("data.new");
    PrivateFiles.deleteDirectory(fresh);
    PrivateFiles.createDirectories(fresh);
    try (PrintStream quiet =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
      new Formatter()
          .setPrintStream(quiet)
          .setNodeId(BrokerSettings.NODE_ID)
          .setClusterId(Uuid.randomUuid().toString())
          .setReleaseVersion(MetadataVersion.latestProduction())
          .setControllerListenerName(BrokerSettings.CONTROLLER)
          .setMetadataLogDirectory(fresh.toString())
          .addDirectory(fresh.toString())
          .setHasDynamicQuorum(true)
          .setInitialControllers(
              DynamicVoters.parse(
                  "%d@%s:%d:%s"
                      .formatted(
                          BrokerSettings.NODE_ID,
                          BrokerSettings.HOST,
                          controllerPort,
                          Uuid.randomUuid())))
          .run();
    }
    Files.move(fresh, data, StandardCopyOption.ATOMIC_MOVE);
  }

  /** {@code host:port}, for clients on this machine. */
  public String bootstrapServers() {
    return bootstrapServers;
  }

  /**
   * What every Kafka client needs besides {@code bootstrap.servers} to be let in. Holds the
   * password: not for logs.
   */
  public Map<String, String> clientProperties() {
    return Map.of(
        "security.protocol", "SASL_PLAINTEXT",
        "sasl.mechanism", "PLAIN",
        "sasl.jaas.config", BrokerSettings.login(password));
  }

  /** Ends the broker cleanly and frees the directory. Blocks until then; may be repeated. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      server.shutdown();
      server.awaitShutdown();
    } finally {
      lock.close();
    }
  }
}
