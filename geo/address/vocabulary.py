"""Words that Chinese addresses share: kinds of compounds, offices and their former names.

Each table states facts of the language or of the administration, none of one register.
"""

from __future__ import annotations

import re

GENERIC = tuple(
    sorted(
        {
            # compounds
            *"小区 社区 花园 花苑 家园 嘉园 佳园 佳苑 嘉苑 家苑 雅苑 雅居 雅园 雅筑 新村 新区 新苑 新城".split(),
            *"公寓 名邸 名苑 名都 名城 名门 华庭 华府 华苑 府邸 公馆 官邸 豪庭 豪园 豪苑 美墅 别墅 山庄".split(),
            *"庄园 庭院 庭苑 小镇 城邦 天下 世家 人家 一品 国际 时代 御园 御苑 御府 首府 首座 商住楼 安置楼".split(),
            *"安置房 安置小区 回迁楼 回迁小区 廉租房 公租房 经适房 移民小区 移民新村 商贸城 商城 商业街".split(),
            *"苑 园 庭 府 居 里 邸 城 院 楼 村 湾 郡 墅 座 庄 坊 阁 轩 台 岸 墅院 公园 广场 大厦 中心 工业园".split(),
            *"产业园 科技园 市场 商厦 写字楼 大楼 综合楼 小院 大院 家属院 家属楼 家属区 宿舍 宿舍楼 住宅楼".split(),
            *"住宅区 住宅小区 生活区 职工楼 职工宿舍 单元楼 平房 排房 窑洞".split(),
        },
        key=lambda word: (-len(word), word),
    )
)
"""Generic ends of compound names; two names that differ in them are two compounds."""

HOUSING = tuple(
    sorted(
        "家属院 家属楼 家属区 家属房 宿舍 宿舍楼 住宅楼 住宅区 大院 生活区 职工楼 职工宿舍 职工住宅 职工家属院 院 楼 小区".split(),
        key=lambda word: (-len(word), word),
    )
)
"""What an employer's housing is called; people take one for the other."""

OFFICES = {
    # Institutional reforms: the word of today first, those that people still say behind it.
    "农业农村局": "农业局 农委 农业委 农牧局",
    "交通运输局": "交通局",
    "自然资源局": "国土局 土地局 国土资源局 规划局",
    "卫生健康局": "卫生局 卫健局 卫健委 卫计局 卫计委 计生局 计生委 卫生健康委 卫生健康委员会",
    "住建局": "城建局 建设局 住房和城乡建设局 住房城乡建设局 建委",
    "教育局": "教委 教体局 教科局",
    "税务局": "国税局 地税局 国家税务局 地方税务局",
    "广播电视台": "广电局 电视台 广播局 融媒体中心 广电中心",
    "市场监管局": "工商局 质监局 药监局 市场监督管理局 食药监局",
    "人社局": "人事局 劳动局 劳动人事局 人力资源和社会保障局 社保局",
    "生态环境局": "环保局 环境保护局",
    "应急管理局": "安监局 应急局",
    "文旅局": "文化局 旅游局 文化和旅游局 文体局",
    "林业局": "林草局",
    "水利局": "水务局",
    "能源局": "煤炭局 煤管局",
    "医保局": "医疗保障局",
    "公安局": "公安",
    "人民法院": "法院",
    "人民检察院": "检察院",
    "人民武装部": "武装部",
    "电力公司": "供电局 电力局 供电公司 电业局 国网",
    "自来水公司": "供水公司 自来水厂",
    "邮政局": "邮电局 邮政公司 邮局",
    "电信局": "电信公司",
    "人民医院": "县医院 市医院 区医院",
    "中医院": "中医医院",
    "妇幼保健院": "妇幼院 妇幼",
    "供销社": "供销合作社 供销联社",
    "粮食局": "粮食储备库",
    "信用社": "农信社 农商行 农村信用社 农村商业银行 联社",
    "建设银行": "建行",
    "农业银行": "农行",
    "工商银行": "工行",
    "中国银行": "中行",
    "邮政储蓄银行": "邮储银行",
    "人民银行": "人行",
    "县政府": "县府 人民政府",
    "煤炭公司": "煤运公司",
    "物资局": "物资公司",
    "商业局": "商务局 贸易局",
    "运输公司": "汽车运输公司 汽运公司",
    "公路局": "公路段 养路段",
    **{
        f"第{numeral}{school}": f"{numeral}{short} 县{numeral}{short} {numeral}{school}"
        for numeral in "一二三四五六七八九"
        for school, short in (("中学", "中"), ("小学", "小"), ("幼儿园", "幼"))
    },
}
"""An office's name of today and the former or short names that people still say."""

FORMER = ("原来的", "原来", "老的", "以前的", "以前", "原", "老", "旧")
"""Words before the name of what a place once was."""

OWNERS = ("县级", "市级", "区级", "县", "市", "区", "镇", "乡")

COMMON_WORDS = frozenset(
    "阳光 幸福 和谐 康乐 安康 平安 安泰 安居 富康 富贵 富强 福源 福临 福星 鸿运 鸿福 鸿基 吉祥 如意 祥和 祥云 锦绣 锦江"
    " 金色 金水 金山 金秋 金桂 金鼎 金域 金城 银河 玉龙 龙凤 龙泉 龙湖 凤凰 翠微 翠湖 翠竹 翠苑 碧水 碧桂 碧波 绿洲 绿城 绿地"
    " 绿苑 丽景 丽水 丽都 美景 美林 世纪 时代 新天地 新世纪 东方 东升 东湖 西湖 南湖 北湖 江南 江北 河东 河西 河畔 滨河 滨江"
    " 滨湖 临江 临湖 湖畔 水岸 水榭 香榭 香山 梅园 兰亭 竹园 菊园 桂花 荷花 牡丹 玫瑰 百合 紫荆 紫薇 丁香 樱花 海棠 桃园 桃源"
    " 杏林 梧桐 银杏 松柏 枫林 柳园 文苑 文华 文昌 文化 学府 书香 翰林 状元 状元府 名门 名都 华府 御景 御龙 帝景 盛世 盛景 兴盛"
    " 兴隆 兴业 振兴 光明 光华 光辉 曙光 朝阳 向阳 红星 红旗 前进 胜利 解放 建设 人民 团结 民生 民主 民族 工人 农民 青年 友谊"
    " 和平 永安 永兴 永丰 长安 长城 长江 长青 常青 迎宾 站前 城东 城西 城南 城北 城关 城中 东关 西关 南关 北关 东村 西村 南村"
    " 北村 东城 西城 南城 北城 中心 桥头 桥东 桥西 河沿 惠民 利民 富民 便民 安民 新民 新华 新兴 新安 中华 中兴 中央 国贸 国泰 恒大"
    " 万达 万科 保利 华润 碧桂园 融创 中海 绿城 世茂 龙湖 金地 招商 远洋 雅居乐 富力 首开 秀容 岚城 汾河 太行 黄河 长风 阳泉".split()
)
"""Words that estates are often named with: a new name is likelier to be made of them."""

FUNCTION_WORDS = re.compile(
    r"我们?|你们?|您|他们?|她|在|是|这里?|那里?|了|吗|呢|吧|啊|呀|请问?|帮忙?|麻烦|要|想|说|叫|反映|投诉|举报|有人?|"
    r"看一下|查一?下?|一下|喂|嗯|呃|你好|您好|地址|位于|位置|住址?|家住?|来|去|到|就|跟|给|让|把|被|从|报|找|问|谁|哪|怎么|什么"
)
"""Words of speech that stand in no place name."""

PREDICATES = re.compile(
    r"[了没不有太很被把要着过吗呢啊]|漏|堵|坏|乱|停|噪|脏|臭|吵|打|响|断|倒|掉|裂|塌|着火|冒|流|堆|占|修|丢|偷|亮|通|反映|投诉|举报|需要|请|麻烦|怎么|什么|为什么"
)
"""Words of a complaint or a question; behind a name they do not belong to it."""

_OFFICE_FORMS = {form: name for name, forms in OFFICES.items() for form in (name, *forms.split())}
_OFFICE_FORMS.update({"法院": "人民法院", "检察院": "人民检察院"})
_OFFICE = re.compile("|".join(sorted(_OFFICE_FORMS, key=lambda form: (-len(form), form))))
_FORMER = re.compile(f"^(?:{'|'.join(FORMER)})(?=..)")
_OWNER = re.compile(f"^(?:{'|'.join(OWNERS)})(?=...)")
_HOUSING = re.compile(f"(?:{'|'.join(HOUSING)})$")
_GENERIC = re.compile(f"(?:{'|'.join(GENERIC)})$")


def generic_end(name: str) -> str:
    """Return the generic end of a compound's name, empty where it has none."""
    match = _GENERIC.search(name, 1)
    return match.group(0) if match else ""


OfficeReading = tuple[str, str, str, bool]


def office_reading(name: str) -> OfficeReading | None:
    """Return (office of today, its words here, housing word, former) of an employer's housing.

    None for a name that begins with no office. 原农业局家属院 is 农业农村局, 农业局, 家属院, True.
    """
    rest = _FORMER.sub("", name)
    former = rest != name
    match = _OFFICE.match(rest)
    if match is None:
        match = _OFFICE.match(_OWNER.sub("", rest))
    if match is None:
        return None
    words = match.group(0)
    housing = match.string[match.end() :]
    if housing and not _HOUSING.fullmatch(housing):
        return None
    return _OFFICE_FORMS[words], words, housing, former
