package dev.archway.standalone;

import dev.archway.executor.ExecutorConfiguration;
import dev.archway.gateway.GatewayConfiguration;
import dev.archway.log.LogConfiguration;
import dev.archway.planner.PlannerConfiguration;
import dev.archway.registry.RegistryConfiguration;
import dev.archway.standalone.HostedService.Parts;
import java.util.List;

/** The services of Archway, the slowest to start first. */
final class Services {
  static final List<HostedService> ALL =
      List.of(
          new HostedService("planner-service", PlannerConfiguration.class, Parts.DATABASE_AND_BUS),
          new HostedService(
              "registry-service", RegistryConfiguration.class, Parts.DATABASE_AND_BUS),
          new HostedService("executor-service", ExecutorConfiguration.class, Parts.BUS),
          new HostedService("log-service", LogConfiguration.class, Parts.BUS),
          new HostedService(Settings.GATEWAY, GatewayConfiguration.class, Parts.EVERYTHING));

  private Services() {}
}
