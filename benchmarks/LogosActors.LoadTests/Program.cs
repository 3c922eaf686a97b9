using LogosActors.LoadTests;
using LogosActors.LoadTests.Channels;
using LogosActors.LoadTests.Delivery;
using LogosActors.LoadTests.Gossipsub;

const int UsageExitCode = 2;

switch (args)
{
    case [GossipNodeRole.Argument, .. var settings]:
        await GossipNodeRole.RunAsync(settings);
        return 0;
    case [DeliveryNodeRole.Argument, .. var settings]:
        await DeliveryNodeRole.RunAsync(settings);
        return 0;
    case [ChannelNodeRole.Argument, .. var settings]:
        await ChannelNodeRole.RunAsync(settings);
        return 0;
}

if (Arguments.TryParse(args, out var error) is not { } arguments)
{
    Console.Error.WriteLine(error);
    return UsageExitCode;
}

if (arguments.Collector is { } collector && collector != GarbageCollector.Current)
    return await GarbageCollector.RunAgainAsync(collector, args);

if (arguments.Rows is not [_, ..])
{
    Console.Error.WriteLine($"No row's name holds '{arguments.Only}'. --list shows the names.");
    return UsageExitCode;
}

if (arguments.IsList)
{
    foreach (var row in arguments.Rows)
        Console.WriteLine(row.Name);
    return 0;
}

return await Table.PrintAsync(arguments.Rows, arguments.IsQuick ? Budget.Quick : Budget.Full);
