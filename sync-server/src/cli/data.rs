//! `init`, `restore`, `verify`: commands on a data folder that nobody serves.

use std::path::Path;

use super::{Context, Done, Failure, out};
use crate::config::{self, Config, TlsMode};
use crate::door::Level;
use crate::files;
use crate::keys;
use crate::lock::LockError;
use crate::ops::{DataFolder, OpsError, restore, verify};
use crate::tls::authority::Authority;

pub(super) fn init(context: &Context) -> Done {
    if !context.config_path.exists() && !context.may_lack(&context.config_path) {
        return write_example(context);
    }
    let config = context.config()?;
    if config.database().exists() {
        return Err(OpsError::Refused(format!(
            "{} exists already; nothing was changed",
            config.database().display()
        ))
        .into());
    }
    files::make_private_dir(&config.data).map_err(|e| OpsError::file(&config.data, e))?;
    let made = keys::make(&config.key_source, &config.keys())?;
    let own_ca = config.tls == TlsMode::OwnCa;
    let authority = match own_ca {
        true if Authority::key_path(&config.keys()).exists() => {
            Some(Authority::load(&config.keys())?)
        }
        true => Some(Authority::make(&config.keys())?),
        false => None,
    };
    let data = DataFolder::take(config, context.passphrase(), context.open_engine)?;
    let mut door = data.create()?;
    if own_ca {
        restore::keep_ca(&data.config, door.as_mut())?;
    }
    drop(door);
    let config = &data.config;
    context.say("已建立数据文件夹：", "Made the data folder:");
    out::line(&format!("  {}", config.data.display()));
    if let Some(path) = made {
        context.say(
            "请把下面的文件另存到安全的地方；没有它，数据和备份都无法打开：",
            "Keep a copy of this file in a safe place; without it neither data nor backups can be opened:",
        );
        out::line(&format!("  {}", path.display()));
    }
    if let Some(authority) = authority {
        context.say("自有 CA 的 SHA-256：", "SHA-256 of the own CA:");
        out::line(&format!("  {}", files::hex(&authority.pin())));
    }
    next_steps(context, config);
    Ok(())
}

fn next_steps(context: &Context, config: &Config) {
    context.say("下一步：", "Next:");
    out::line("  linli-server serve");
    match config.level {
        Level::District => out::line("  linli-server admin import-edition edition.json"),
        Level::Community | Level::Street => out::line("  linli-server admin join LINLI1:..."),
    }
}

fn write_example(context: &Context) -> Done {
    let path = &context.config_path;
    files::write_new_private(path, config::example().as_bytes())
        .map_err(|e| OpsError::file(path, e))?;
    context.say(
        "没有配置文件，已写出带说明的样例。请填写 [org]，再运行一次 linli-server init：",
        "There was no configuration; a commented example was written. Fill in [org], then run linli-server init again:",
    );
    out::line(&format!("  {}", path.display()));
    Ok(())
}

pub(super) fn restore(context: &Context, folder: &Path) -> Done {
    let config = context.config()?;
    let manifest = restore::prepare(&config, folder)?;
    let data = DataFolder::take(config, context.passphrase(), context.open_engine)?;
    let done = restore::run(&data, folder, manifest)?;
    let (made, photos) = (out::time(done.manifest.made_at), done.photos);
    let (generation, missing) = (done.generation, done.photos_missing.len());
    context.say(
        &format!("已恢复 {made} 的备份：照片 {photos} 张，缺 {missing} 张；新的世代 {generation}。"),
        &format!("Restored the backup of {made}: {photos} photos, {missing} missing; new generation {generation}."),
    );
    context.say(
        "下一步：linli-server serve。启动后先与上级、下级和终端重新交换，期间不受理新事件；未用的入网票据全部作废。",
        "Next: linli-server serve. It first exchanges again with parent, children and devices and admits nothing meanwhile; open enrolment tickets are void.",
    );
    Ok(())
}

pub(super) fn verify(context: &Context, backup: Option<&Path>) -> Done {
    let config = context.config()?;
    let (passphrase, open_engine) = (context.passphrase(), context.open_engine);
    let report = match backup {
        Some(folder) => verify::backup(
            &DataFolder::beside(config, passphrase, open_engine)?,
            folder,
        )?,
        None => match DataFolder::take(config, passphrase, open_engine) {
            Err(OpsError::Lock(LockError::Taken(process))) => {
                return Err(OpsError::Refused(format!(
                    "the server runs (process {process}); stop it first, or make a backup and \
                     check that: linli-server verify --backup <folder>"
                ))
                .into());
            }
            other => verify::data(&other?)?,
        },
    };
    for (what, count) in &report.checked {
        context.say(
            &format!("已检查 {what}：{count}"),
            &format!("checked {what}: {count}"),
        );
    }
    if report.findings.is_empty() {
        context.say("一切正常。", "All is well.");
        return Ok(());
    }
    for finding in &report.findings {
        out::problem(&format!("{}: {}", finding.what, finding.detail));
    }
    let count = report.findings.len();
    out::problem(&context.lang.pick(
        format!("发现 {count} 处问题。没有改动任何数据。请先备份现状，再从较早的备份恢复，或联系支持。"),
        format!("{count} problem(s). Nothing was changed. Copy the folder as it is, then restore an older backup or ask for help."),
    ));
    Err(Failure::Found)
}
