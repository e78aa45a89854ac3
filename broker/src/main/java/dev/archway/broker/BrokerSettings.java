package dev.archway.broker;

import java.nio.file.Path;
import java.util.Properties;

/** What the embedded node is told: one machine, one node, small, and quick to start again. */
final class BrokerSettings {
  static final int NODE_ID = 1;
  static final String HOST = "127.0.0.1";
  static final String CONTROLLER = "CONTROLLER";
  static final String USER = "archway";
  private static final String CLIENT = "CLIENT";

  private BrokerSettings() {}

  /** The line that logs a client in; it holds the password. */
  static String login(String password) {
    return "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"%s\" password=\"%s\";"
        .formatted(USER, password);
  }

  static Properties of(Path data, int port, int controllerPort, String password) {
    String serverLogin = login(password).replace(";", " user_%s=\"%s\";".formatted(USER, password));
    Properties p = new Properties();
    p.setProperty("process.roles", "broker,controller");
    p.setProperty("node.id", Integer.toString(NODE_ID));
    p.setProperty("log.dirs", data.toString());

    String client = "%s://%s:%d".formatted(CLIENT, HOST, port);
    String controller = "%s://%s:%d".formatted(CONTROLLER, HOST, controllerPort);
    p.setProperty("listeners", client + "," + controller);
    p.setProperty("advertised.listeners", client + "," + controller);
    p.setProperty("inter.broker.listener.name", CLIENT);
    p.setProperty("controller.listener.names", CONTROLLER);
    p.setProperty("controller.quorum.bootstrap.servers", HOST + ":" + controllerPort);

    // Any user of the machine can reach a loopback port, and who can write a command can start
    // containers; the controller can do anything, so it asks for the password too.
    p.setProperty(
        "listener.security.protocol.map",
        "%s:SASL_PLAINTEXT,%s:SASL_PLAINTEXT".formatted(CLIENT, CONTROLLER));
    p.setProperty("sasl.enabled.mechanisms", "PLAIN");
    p.setProperty("sasl.mechanism.inter.broker.protocol", "PLAIN");
    p.setProperty("sasl.mechanism.controller.protocol", "PLAIN");
    p.setProperty("listener.name.client.plain.sasl.jaas.config", serverLogin);
    p.setProperty("listener.name.controller.plain.sasl.jaas.config", serverLogin);

    for (String topic : new String[] {"offsets.topic", "transaction.state.log"}) {
      p.setProperty(topic + ".replication.factor", "1");
      p.setProperty(topic + ".num.partitions", "4");
    }
    p.setProperty("transaction.state.log.min.isr", "1");
    p.setProperty("share.coordinator.state.topic.replication.factor", "1");
    p.setProperty("share.coordinator.state.topic.min.isr", "1");
    p.setProperty("share.coordinator.state.topic.num.partitions", "4");
    p.setProperty("default.replication.factor", "1");
    p.setProperty("auto.create.topics.enable", "false");

    // A command carries a whole stage, and a chunk of log many lines.
    p.setProperty("message.max.bytes", Integer.toString(8 << 20));
    // The default cleaner buffer alone takes 128 MiB of heap.
    p.setProperty("log.cleaner.dedupe.buffer.size", Integer.toString(4 << 20));
    p.setProperty("log.segment.bytes", Integer.toString(64 << 20));
    p.setProperty("log.index.size.max.bytes", Integer.toString(1 << 20));
    p.setProperty("log.retention.hours", "168");
    p.setProperty("num.network.threads", "2");
    p.setProperty("num.io.threads", "2");
    p.setProperty("background.threads", "2");
    p.setProperty("group.coordinator.threads", "1");
    p.setProperty("share.coordinator.threads", "1");

    // After a kill the node, and the consumers in this JVM, may come back only when their former
    // selves have expired.
    p.setProperty("broker.session.timeout.ms", "1500");
    p.setProperty("broker.heartbeat.interval.ms", "250");
    p.setProperty("group.initial.rebalance.delay.ms", "0");
    p.setProperty("group.min.session.timeout.ms", "1000");
    p.setProperty("group.consumer.min.session.timeout.ms", "1000");
    p.setProperty("group.consumer.session.timeout.ms", "6000");
    p.setProperty("group.consumer.min.heartbeat.interval.ms", "250");
    p.setProperty("group.consumer.heartbeat.interval.ms", "1000");
    return p;
  }
}
