package dev.archway.testbed;

import dev.archway.broker.FreePorts;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * Kafka nodes that are processes of their own, each broker and controller, and form one cluster
 * (KRaft). With three of them every record is on two disks before it is acknowledged, so that one
 * node may die at any time. Not thread-safe.
 */
public final class KafkaCluster implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String HOST = "127.0.0.1";
  private static final String CONTROLLER = "CONTROLLER";

  private final List<JavaProcess> nodes = new ArrayList<>();
  private final String bootstrapServers;

  /** Starts so many nodes, and returns when all of them are there. */
  public KafkaCluster(Path directory, int count) {
    List<Integer> ports = FreePorts.find(2 * count);
    bootstrapServers =
        IntStream.range(0, count)
            .mapToObj(i -> HOST + ":" + ports.get(i))
            .collect(Collectors.joining(","));
    String voters =
        IntStream.range(0, count)
            .mapToObj(i -> "%d@%s:%d".formatted(i + 1, HOST, ports.get(count + i)))
            .collect(Collectors.joining(","));
    String cluster = Uuid.randomUuid().toString();
    try {
      for (int i = 0; i < count; i++) {
        Path own = Files.createDirectories(directory.resolve("kafka-" + (i + 1)));
        Properties settings = settings(i + 1, ports.get(i), ports.get(count + i), voters, count);
        settings.setProperty("log.dirs", own.resolve("data").toString());
        format(own.resolve("data"), i + 1, cluster);
        Path file = own.resolve("server.properties");
        try (Writer writer = Files.newBufferedWriter(file)) {
          settings.store(writer, null);
        }
        nodes.add(
            new JavaProcess(
                "kafka-" + (i + 1),
                List.of(
                    "-XX:+UseSerialGC",
                    "-Xmx256m",
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    classPath(),
                    KafkaNode.class.getName(),
                    file.toString()),
                Map.of(),
                own));
      }
      nodes.forEach(JavaProcess::start);
      awaitNodes(count);
    } catch (IOException e) {
      close();
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** This JVM's, for one that runs in another folder. */
  private static String classPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static Properties settings(
      int id, int port, int controllerPort, String voters, int count) {
    String copies = Integer.toString(Math.min(3, count));
    String inSync = Integer.toString(Math.min(2, count));
    Properties p = new Properties();
    p.setProperty("process.roles", "broker,controller");
    p.setProperty("node.id", Integer.toString(id));
    p.setProperty("controller.quorum.voters", voters);
    p.setProperty("controller.listener.names", CONTROLLER);
    p.setProperty(
        "listeners",
        "CLIENT://%s:%d,%s://%s:%d".formatted(HOST, port, CONTROLLER, HOST, controllerPort));
    p.setProperty("advertised.listeners", "CLIENT://%s:%d".formatted(HOST, port));
    p.setProperty("inter.broker.listener.name", "CLIENT");
    p.setProperty(
        "listener.security.protocol.map", "CLIENT:PLAINTEXT,%s:PLAINTEXT".formatted(CONTROLLER));
    for (String topic : new String[] {"offsets.topic", "transaction.state.log"}) {
      p.setProperty(topic + ".replication.factor", copies);
      p.setProperty(topic + ".num.partitions", "4");
    }
    p.setProperty("transaction.state.log.min.isr", inSync);
    p.setProperty("default.replication.factor", copies);
    p.setProperty("min.insync.replicas", inSync);
    p.setProperty("auto.create.topics.enable", "false");
    p.setProperty("message.max.bytes", Integer.toString(8 << 20));
    p.setProperty("log.cleaner.dedupe.buffer.size", Integer.toString(4 << 20));
    p.setProperty("log.segment.bytes", Integer.toString(64 << 20));
    p.setProperty("log.index.size.max.bytes", Integer.toString(1 << 20));
    p.setProperty("group.initial.rebalance.delay.ms", "0");
    p.setProperty("broker.session.timeout.ms", "3000");
    p.setProperty("broker.heartbeat.interval.ms", "500");
    return p;
  }

  private static void format(Path data, int id, String cluster) {
    try (PrintStream quiet =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
      Files.createDirectories(data);
      new Formatter()
          .setPrintStream(quiet)
          .setNodeId(id)
          .setClusterId(cluster)
          .setReleaseVersion(MetadataVersion.latestProduction())
          .setControllerListenerName(CONTROLLER)
          .setMetadataLogDirectory(data.toString())
          .addDirectory(data.toString())
          .setHasDynamicQuorum(false)
          .run();
    } catch (Exception e) {
      throw new IllegalStateException("cannot format the storage of node %d".formatted(id), e);
    }
  }

  /** Where clients find it. */
  public String bootstrapServers() {
    return bootstrapServers;
  }

  /** SIGKILL for one node, from 0. */
  public void kill(int node) {
    nodes.get(node).kill();
  }

  /** Starts a node again, and returns when the cluster is whole. */
  public void restart(int node) {
    nodes.get(node).start();
    awaitNodes(nodes.size());
  }

  private void awaitNodes(int wanted) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      while (true) {
        nodes.forEach(JavaProcess::requireAlive);
        try {
          if (admin.describeCluster().nodes().get(5, TimeUnit.SECONDS).size() == wanted) {
            return;
          }
          TimeUnit.MILLISECONDS.sleep(100);
        } catch (ExecutionException | TimeoutException e) {
          if (System.nanoTime() > end) {
            throw new IllegalStateException(
                "no %d Kafka nodes after %d s".formatted(wanted, PATIENCE.toSeconds()), e);
          }
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IllegalStateException(e);
        }
      }
    }
  }

  @Override
  public void close() {
    nodes.forEach(JavaProcess::close);
  }
}
