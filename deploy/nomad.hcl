# One project in one allocation. The volumes are host volumes of the client; its max_kill_timeout has to be 32m or more.
# What Nomad keeps of the promises of serve, and what not, is in docs/containers.md.
job "agent-runner-shop" {
  # A batch job that leaves with 0 is done: so a designed end stays one.
  type = "batch"

  group "serve" {
    # One agent-runner per workload: the log folder has one lock.
    count = 1

    # After everything else it starts again for ever, at most so often; Nomad cannot except an exit code.
    restart {
      attempts = 10
      interval = "1h"
      delay    = "15s"
      mode     = "delay"
    }

    volume "work" {
      type   = "host"
      source = "shop-work"
    }

    volume "logs" {
      type   = "host"
      source = "shop-logs"
    }

    volume "home" {
      type   = "host"
      source = "shop-home"
    }

    task "serve" {
      driver = "docker"
      user   = "1000:1000"

      # At least the longest round_timeout_s, the longest stop_grace_s and a minute.
      kill_signal  = "SIGTERM"
      kill_timeout = "32m"

      config {
        image        = "agent-runner:0.1.0"
        args         = ["--config", "/project/shop/agent-runner.toml", "serve", "--page", "8765"]
        cap_drop     = ["all"]
        security_opt = ["no-new-privileges"]
        pids_limit   = 2048
      }

      volume_mount {
        volume      = "work"
        destination = "/project"
      }

      volume_mount {
        volume      = "logs"
        destination = "/home/agent/.agent-runner"
      }

      volume_mount {
        volume      = "home"
        destination = "/home/agent"
      }

      resources {
        cpu    = 1000
        memory = 4096
      }

      # The page is for this container alone, so checks run in it; they need Consul.
      service {
        name     = "agent-runner-shop"
        provider = "consul"

        check {
          name     = "live"
          type     = "script"
          command  = "curl"
          args     = ["--fail", "--silent", "--output", "/dev/null", "http://127.0.0.1:8765/livez"]
          interval = "60s"
          timeout  = "10s"

          check_restart {
            limit = 5
            grace = "60s"
          }
        }

        check {
          name     = "ready"
          type     = "script"
          command  = "curl"
          args     = ["--fail", "--silent", "--output", "/dev/null", "http://127.0.0.1:8765/readyz"]
          interval = "30s"
          timeout  = "10s"
        }
      }
    }
  }
}
