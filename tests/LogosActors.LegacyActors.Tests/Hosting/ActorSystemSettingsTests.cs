using LogosActors.Actors.Hosting;
using LogosActors.Actors.Persistence;
using LogosActors.Actors.Persistence.Journals;
using LogosActors.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LogosActors.Actors.Tests.Hosting;

public sealed class ActorSystemSettingsTests
{
    [Fact]
    public void The_reference_file_says_every_setting_with_its_default()
    {
        var configuration = new ConfigurationBuilder().AddHoconFile(RepositoryFile("config/reference.conf")).Build();
        Assert.Equal(new ActorSystemSettings(), OptionsBinder.Bind<ActorSystemSettings>(configuration, "actors"));
        var written = configuration.AsEnumerable().Select(pair => pair.Key.Replace(':', '.')).ToHashSet();
        Assert.All(OptionsReference.Describe<ActorSystemSettings>("actors"), setting => Assert.Contains(setting.Key, written));
    }

    [Fact]
    public async Task A_configured_system_runs_with_what_the_file_says()
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        var configuration = new ConfigurationBuilder()
            .AddHocon("actors { throughput = 7, phase-timeout = 2s, persistence { journal = memory, recovery-page-size = 10 } }")
            .Build();
        builder.Services.AddActorSystem("test", configuration);
        using var host = builder.Build();
        await host.StartAsync();
        var options = host.Services.GetRequiredService<ActorSystem>().Options;
        Assert.Equal(7, options.Throughput);
        Assert.Equal(TimeSpan.FromSeconds(2), options.PhaseTimeout);
        Assert.Equal(10, options.Persistence.RecoveryPageSize);
        Assert.IsType<InMemoryJournal>(options.Persistence.Journal);
        Assert.IsType<InMemorySnapshotStore>(host.Services.GetRequiredService<ISnapshotStore>());
        await host.StopAsync();
    }

    [Fact]
    public void A_mistake_is_named_with_key_place_and_what_is_accepted_before_anything_starts()
    {
        var configuration = new ConfigurationBuilder()
            .AddHocon("actors {\n  troughput = 7\n  phase-timeout = soon\n  persistence.journal = postgres\n}", "node.conf")
            .Build();
        var e = Assert.Throws<OptionsException>(() => new ServiceCollection().AddActorSystem("test", configuration));
        Assert.Contains("node.conf:2:15: actors.troughput", e.Message, StringComparison.Ordinal);
        Assert.Contains("throughput", e.Message, StringComparison.Ordinal);
        Assert.Contains("node.conf:3:", e.Message, StringComparison.Ordinal);
        Assert.Contains("duration", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_postgres_journal_needs_a_connection_string()
    {
        var configuration = new ConfigurationBuilder().AddHocon("actors.persistence.journal = postgres").Build();
        var e = Assert.Throws<OptionsException>(() => new ServiceCollection().AddActorSystem("test", configuration));
        Assert.Contains("connection-string", e.Message, StringComparison.Ordinal);
    }

    static string RepositoryFile(string path)
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "LogosActors.sln")))
            directory = directory.Parent ?? throw new InvalidOperationException("The tests run outside the repository.");
        return Path.Combine(directory.FullName, path);
    }
}
