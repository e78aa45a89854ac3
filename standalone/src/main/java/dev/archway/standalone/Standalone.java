package dev.archway.standalone;

import dev.archway.broker.DirectoryLock;
import dev.archway.broker.EmbeddedBroker;
import dev.archway.broker.FreePorts;
import dev.archway.broker.PrivateFiles;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/**
 * Everything that runs in this process: the lock of the home directory, the broker, the services.
 * Thread-safe: {@link #close()} may come while {@link #start} is still under way in another thread.
 */
final class Standalone implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Standalone.class);

  /** Starting more at once than the machine has processors only makes each wait for the others. */
  private static final int STARTERS = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 5);

  private final Options options;
  private final List<HostedService> services;
  private final ExecutorService starters = Executors.newFixedThreadPool(STARTERS);
  private final Deque<AutoCloseable> running = new ArrayDeque<>();
  private final MergedMetrics metrics = new MergedMetrics();
  private boolean closed;

  Standalone(Options options, List<HostedService> services) {
    this.options = options;
    this.services = List.copyOf(services);
  }

  /**
   * Brings everything up, and returns when the API answers.
   *
   * @return the API's address
   * @throws StartException when something could not be started; what was started is closed
   * @throws dev.archway.broker.DirectoryInUseException when another process uses the home directory
   */
  String start() {
    return start(FreePorts.find(services.size()));
  }

  /** The same; tries these ports first, one for each service. */
  String start(List<Integer> firstPorts) {
    Home home = options.home();
    try {
      own(DirectoryLock.acquire(home.directory()));
      home.tellPid();
      this.<AutoCloseable>own(home::tellEnd);
      PrivateFiles.secret(home.token());
      PrivateFiles.secret(home.secretKeys());
      requireFreeGatewayPort();
      EmbeddedBroker broker = own(EmbeddedBroker.start(home.kafka()));
      String url =
          FreePorts.start(
              firstPorts,
              free -> {
                Settings settings =
                    new Settings(
                        options,
                        broker.bootstrapServers(),
                        broker.clientProperties(),
                        PrivateFiles.randomSecret(),
                        ports(free));
                startServices(settings);
                return settings.url();
              });
      home.tellUrl(url);
      return url;
    } catch (IOException e) {
      close();
      throw new StartException("cannot write to %s: %s".formatted(home.directory(), e), e);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void requireFreeGatewayPort() {
    int wanted = options.gatewayPort();
    if (wanted == 0) {
      return;
    }
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(options.gatewayAddress(), wanted));
    } catch (IOException | IllegalArgumentException e) {
      throw portTaken(wanted, e);
    }
  }

  private Map<String, Integer> ports(List<Integer> free) {
    Map<String, Integer> ports = new HashMap<>();
    for (int i = 0; i < services.size(); i++) {
      ports.put(services.get(i).name(), free.get(i));
    }
    if (options.gatewayPort() != 0) {
      ports.put(Settings.GATEWAY, options.gatewayPort());
    }
    return ports;
  }

  /** Not caused by what was found: another port would not be what the user wished for. */
  private StartException portTaken(int port, Exception cause) {
    return new StartException(
        "cannot listen on %s port %d: %s (expected: a free port of an address of this machine); choose another with --archway.gateway.port=PORT or in %s"
            .formatted(
                options.gatewayAddress(),
                port,
                cause.getMessage(),
                options.home().config().resolve("local.properties")),
        null);
  }

  /** Starts all, or leaves none running. */
  private void startServices(Settings settings) {
    List<Future<ConfigurableApplicationContext>> starts = new ArrayList<>();
    for (HostedService service : services) {
      starts.add(starters.submit(() -> own(start(service, settings))));
    }
    List<ConfigurableApplicationContext> started = new ArrayList<>();
    List<StartException> failures = new ArrayList<>();
    for (int i = 0; i < services.size(); i++) {
      try {
        started.add(await(services.get(i), starts.get(i), settings));
      } catch (StartException e) {
        if (isClosed()) {
          throw e; // Those that have not begun never will.
        }
        failures.add(e);
      }
    }
    if (!failures.isEmpty()) {
      started.forEach(Standalone::close);
      throw failures.getFirst();
    }
    for (ConfigurableApplicationContext context : started) {
      context.getBeanProvider(PrometheusMeterRegistry.class).ifAvailable(metrics::add);
    }
  }

  private ConfigurableApplicationContext await(
      HostedService service, Future<ConfigurableApplicationContext> start, Settings settings) {
    try {
      return start.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartException("cannot start %s: stopped".formatted(service.name()), e);
    } catch (ExecutionException e) {
      LOG.error("{} did not start", service.name(), e.getCause());
      Throwable root = e;
      while (root.getCause() != null && !(root instanceof PortInUseException)) {
        root = root.getCause();
      }
      if (root instanceof PortInUseException taken
          && service.name().equals(Settings.GATEWAY)
          && options.gatewayPort() != 0) {
        throw portTaken(settings.port(service.name()), taken);
      }
      throw new StartException(
          "cannot start %s: %s; see %s"
              .formatted(
                  service.name(),
                  root.getMessage() == null ? root : root.getMessage(),
                  options.home().logs().resolve("standalone.log")),
          e);
    }
  }

  private ConfigurableApplicationContext start(HostedService service, Settings settings) {
    String[] args =
        settings.of(service).entrySet().stream()
            .map(entry -> "--%s=%s".formatted(entry.getKey(), entry.getValue()))
            .toArray(String[]::new);
    Thread.currentThread().setName("start-" + service.name());
    long begin = System.nanoTime();
    ConfigurableApplicationContext context =
        new SpringApplicationBuilder(service.configuration())
            .initializers(starting -> offerMetrics(service, starting))
            .registerShutdownHook(false)
            .run(args);
    LOG.info("{} started in {} ms", service.name(), (System.nanoTime() - begin) / 1_000_000);
    return context;
  }

  /** The only public door tells the metrics of all. */
  private void offerMetrics(HostedService service, ConfigurableApplicationContext context) {
    if (service.name().equals(Settings.GATEWAY)
        && context instanceof GenericApplicationContext beans) {
      beans.registerBean(
          "mergedMetrics",
          ServletRegistrationBean.class,
          () -> new ServletRegistrationBean<>(new MetricsServlet(metrics), MetricsServlet.PATH));
    }
  }

  /** Remembers what is to be closed; closes it at once when the end came first. */
  private <T extends AutoCloseable> T own(T part) {
    synchronized (running) {
      if (!closed) {
        running.push(part);
        return part;
      }
    }
    close(part);
    throw new IllegalStateException("stopped while starting");
  }

  private boolean isClosed() {
    synchronized (running) {
      return closed;
    }
  }

  /**
   * Closes everything, last started first: services before the broker, which otherwise would take
   * seconds to find its feet at the next start, and the lock at the very end. May be repeated.
   */
  @Override
  public void close() {
    List<AutoCloseable> parts;
    synchronized (running) {
      closed = true;
      parts = List.copyOf(running);
      running.clear();
    }
    starters.shutdownNow();
    try {
      starters.close();
    } finally {
      parts.forEach(Standalone::close);
    }
  }

  private static void close(AutoCloseable part) {
    try {
      part.close();
    } catch (Exception e) {
      LOG.warn("{} did not close", part.getClass().getSimpleName(), e);
    }
  }
}
