using System.Globalization;
using Akka.Actor;
using LogosActors.Actors.Persistence;
using LogosActors.Actors.Serialization;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogosActors.Actors.Tests.Kills;

/// <summary>The process that is killed: a bank over a file that says on its output what is durable.</summary>
static class Worker
{
    public static async Task<int> Main(string[] arguments)
    {
        if (arguments is not ["worker", var path, var accounts, var inFlight, var failEvery])
            return 1;
        var plugins = PersistencePlugins.Named("bank");
        using var file = SqliteJournalFile.Open(path);
        await using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
        var system = LogosSystem.Create(
            "bank", NullLoggerFactory.Instance,
            JournalConfiguration.Sqlite(plugins, path).WithFallback(ProtobufSerializer.Configuration(Account.Types)));
        system.ActorOf(Props.Create(() => new Bank(plugins, Number(accounts), Number(inFlight), Number(failEvery), output)), "bank");
        while (await Console.In.ReadLineAsync() is not null)
        {
            // Only the end of the input matters.
        }
        await system.Terminate();
        return 0;
    }

    static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
