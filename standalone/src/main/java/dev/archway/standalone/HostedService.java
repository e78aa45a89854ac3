package dev.archway.standalone;

/**
 * A service that runs here in a Spring context of its own.
 *
 * @param name of its settings: {@code name.properties} on the class path, and {@code
 *     spring.config.name}
 * @param configuration the class that lists its beans
 * @param parts what of the common class path it uses
 */
record HostedService(String name, Class<?> configuration, Parts parts) {
  /** What a service brings up. All services share one class path, so the rest is switched off. */
  enum Parts {
    /** A database and the bus. */
    DATABASE_AND_BUS,
    /** The bus alone. */
    BUS,
    /** A database, the bus and routes: the gateway, which alone routes. */
    EVERYTHING
  }
}
