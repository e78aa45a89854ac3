package dev.archway.standalone;

import java.util.List;

/**
 * A service that runs here in a Spring context of its own.
 *
 * @param name of its settings: {@code name.properties} on the class path, and {@code
 *     spring.config.name}
 * @param configurations the classes that list its beans
 * @param parts what of the common class path it uses
 */
record HostedService(String name, List<Class<?>> configurations, Parts parts) {
  HostedService {
    configurations = List.copyOf(configurations);
  }

  /** A service that brings all its beans itself. */
  HostedService(String name, Class<?> configuration, Parts parts) {
    this(name, List.of(configuration), parts);
  }

  /** What a service brings up. All services share one class path, so the rest is switched off. */
  enum Parts {
    /** A database and the bus. */
    DATABASE_AND_BUS,
    /** The bus alone. */
    BUS,
    /** Neither: the gateway, which alone routes. */
    ROUTES
  }
}
